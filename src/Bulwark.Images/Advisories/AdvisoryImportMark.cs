using Bulwark.Images.Advisories.Store;

namespace Bulwark.Images.Advisories;

/// <summary>How far an <see cref="AdvisoryImport"/> had come.</summary>
public sealed class AdvisoryImportMark
{
    internal AdvisoryImportMark(AdvisoryFileMark written, int skipped, IReadOnlyDictionary<string, SourceState> sources,
        IReadOnlyDictionary<string, DateTimeOffset> unchanged, IReadOnlyDictionary<string, IReadOnlySet<string>> amended) =>
        (Written, Skipped, Sources, Unchanged, Amended) = (written, skipped, sources, unchanged, amended);

    internal AdvisoryFileMark Written { get; }

    internal int Skipped { get; }

    internal IReadOnlyDictionary<string, SourceState> Sources { get; }

    internal IReadOnlyDictionary<string, DateTimeOffset> Unchanged { get; }

    internal IReadOnlyDictionary<string, IReadOnlySet<string>> Amended { get; }
}
