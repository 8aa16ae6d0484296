namespace Bulwark.Images.Advisories.Store;

/// <summary>How far an <see cref="AdvisoryFileWriter"/> had come.</summary>
public sealed class AdvisoryFileMark
{
    internal AdvisoryFileMark(int entries, long recordBytes, IReadOnlyDictionary<string, WrittenSource> sources) =>
        (Entries, RecordBytes, Sources) = (entries, recordBytes, sources);

    internal int Entries { get; }

    internal long RecordBytes { get; }

    internal IReadOnlyDictionary<string, WrittenSource> Sources { get; }
}
