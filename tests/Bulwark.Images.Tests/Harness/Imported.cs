using Bulwark.Images.Advisories;
using Bulwark.Images.Advisories.Store;

namespace Bulwark.Images.Tests.Harness;

/// <summary>What comes of a file of advisories through the door that every file comes in by.</summary>
internal static class Imported
{
    /// <param name="asOf">How old the first of its sources is said to be; null if it has none.</param>
    public static List<Advisory> From(TemporaryDirectory directory, byte[] content, out DateTimeOffset? asOf)
    {
        var (file, path) = (directory.Write("input", content), Path.Combine(directory.Path, "advisories"));
        File.Delete(path);
        using var import = new AdvisoryImport(TimeProvider.System);
        import.Read(file, file, null, CancellationToken.None);
        import.WriteTo(path);
        using var written = AdvisoryFile.Open(path);
        asOf = written.Sources is [var source, ..] ? source.AsOf : null;
        return [.. written.All()];
    }
}
