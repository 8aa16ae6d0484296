using System.Globalization;
using Bulwark.Images.Advisories;
using Bulwark.Images.Advisories.Store;

namespace Bulwark.Bench.Images;

/// <summary>
/// An advisory file as large as that of Debian, Go and npm together. It is made up, to be the same everywhere: as many advisories, packages
/// and releases as the real sources have, spread over packages as unevenly.
/// </summary>
internal sealed class FullAdvisories : IDisposable
{
    // Debian's tracker: five releases. OSV: npm without its list of malicious packages.
    private const int DebianRows = 300_000;
    private const int DebianSources = 4_000;
    private const int GoRows = 6_000;
    private const int NpmRows = 30_000;

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"bulwark-bench-{Guid.NewGuid():N}");

    public FullAdvisories()
    {
        using var writer = new AdvisoryFileWriter();
        var random = new Random(1);
        for (var row = 0; row < DebianRows; row++)
            writer.Add(Row($"debian:{10 + row % 5}", DebianName(Uneven(random, DebianSources)), row, $"1.{random.Next(9)}.{random.Next(20)}-{random.Next(9)}+deb{10 + row % 5}u{random.Next(9)}", "debian"));
        for (var row = 0; row < GoRows; row++)
            writer.Add(Row("go", GoName(Uneven(random, GoRows / 3)), row, $"1.{random.Next(9)}.{random.Next(20)}", "osv:go"));
        for (var row = 0; row < NpmRows; row++)
            writer.Add(Row("npm", NpmName(Uneven(random, NpmRows / 2)), row, $"1.{random.Next(9)}.{random.Next(20)}", "osv:npm"));
        writer.WriteTo(_path, writer.Sources.ToDictionary(source => source, _ => new SourceState("made up", DateTimeOffset.UtcNow)), DateTimeOffset.UtcNow);
        File = AdvisoryFile.Open(_path);
        Description = string.Create(CultureInfo.InvariantCulture,
            $"{File.Count:N0} advisories ({DebianRows:N0} of Debian, {NpmRows:N0} of npm, {GoRows:N0} of Go; made up, at the size of the real ones), {new FileInfo(_path).Length >> 20} MiB");
    }

    public AdvisoryFile File { get; }

    public string Description { get; }

    public string Location => _path;

    public static string DebianName(int index) => string.Create(CultureInfo.InvariantCulture, $"source-{index}");

    public static string GoName(int index) => string.Create(CultureInfo.InvariantCulture, $"example.com/group{index % 50}/module{index}");

    public static string NpmName(int index) => string.Create(CultureInfo.InvariantCulture, $"package-{index}");

    public void Dispose()
    {
        File.Dispose();
        System.IO.File.Delete(_path);
    }

    // A few packages have most of the advisories.
    private static int Uneven(Random random, int count) => (int)(Math.Pow(random.NextDouble(), 3) * count);

    private static Advisory Row(string ecosystem, string package, int number, string repaired, string source) => new()
    {
        Ecosystem = ecosystem,
        Package = package,
        Id = string.Create(CultureInfo.InvariantCulture, $"CVE-{2015 + number % 11}-{10000 + number / 5}"),
        State = AdvisoryState.Fixed,
        Severity = (Severity)(number % 5),
        Ranges = [new("", repaired, "")],
        Summary = string.Create(CultureInfo.InvariantCulture, $"A heap overflow in the parser number {number / 5} lets an attacker run code"),
        Source = source,
    };
}
