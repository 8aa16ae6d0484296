using System.IO.Compression;
using Bulwark.Images.Advisories;
using Bulwark.Images.Advisories.Store;
using Bulwark.Images.Tests.Harness;
using Microsoft.Extensions.Time.Testing;

namespace Bulwark.Images.Tests.Advisories;

public sealed class AdvisoryImportTests
{
    private static readonly DateTimeOffset s_then = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Every_format_is_known_by_its_content()
    {
        using var directory = new TemporaryDirectory();
        var osv = Osv("GHSA-1", "npm", "a");
        var zip = Path.Combine(directory.Path, "all.zip");
        using (var archive = ZipFile.Open(zip, ZipArchiveMode.Create))
        {
            using var writer = new StreamWriter(archive.CreateEntry("GO-1.json").Open());
            writer.Write(Osv("GO-1", "Go", "g"));
        }
        using var file = Import(
            directory,
            directory.Write("tracker.json", """{"curl":{"CVE-1":{"releases":{"bookworm":{"status":"open"}}}}}"""),
            directory.Write("DSA.list", "[17 May 2023] DSA-1-1 a - b\n\t{CVE-1}\n\t[bookworm] - curl 1\n"),
            directory.Write("one.json", osv),
            directory.Write("lines.jsonl.gz", TestImage.Gzip(System.Text.Encoding.UTF8.GetBytes($"{Osv("R-1", "crates.io", "c")}\n{Osv("R-2", "crates.io", "c")}\n"))),
            directory.Write("secdb", """{"distroversion":"v3.20","reponame":"main","packages":[{"pkg":{"name":"a","secfixes":{"1":["CVE-1"]}}}]}"""),
            zip);

        Assert.Equal(
            ["alpine:3.20/main 1", "debian 1", "debian-dsa 1", "osv:cargo 2", "osv:go 1", "osv:npm 1"],
            file.Sources.Select(source => $"{source.Name} {source.Advisories}").Order());
    }

    [Fact]
    public void A_source_that_is_imported_again_is_replaced_and_others_stay()
    {
        using var directory = new TemporaryDirectory();
        Import(directory, directory.Write("1", Osv("GHSA-1", "npm", "a")), directory.Write("2", Osv("GO-1", "Go", "g"))).Dispose();
        using var file = Import(directory, directory.Write("3", Osv("GHSA-2", "npm", "a")));

        Assert.Equal("GHSA-2", file.Find("npm", "a").Single().Id);
        Assert.Equal("GO-1", file.Find("go", "g").Single().Id);
    }

    [Fact]
    public void A_file_without_advisories_leaves_everything_as_it_was()
    {
        using var directory = new TemporaryDirectory();
        Import(directory, directory.Write("1", Osv("GHSA-1", "npm", "a"))).Dispose();

        Assert.ThrowsAny<Exception>(() => Import(directory, directory.Write("2", "<html>Not found</html>")));
        using var file = AdvisoryFile.Open(Path.Combine(directory.Path, "advisories"));
        Assert.Equal(1, file.Count);
    }

    [Fact]
    public void The_age_is_the_newest_date_that_is_not_in_the_future()
    {
        using var directory = new TemporaryDirectory();
        using var file = Import(directory, directory.Write("1", string.Join('\n',
            Osv("GHSA-1", "npm", "a", "2026-02-03T00:00:00Z"), Osv("GHSA-2", "npm", "b", "2226-02-03T00:00:00Z"), Osv("GHSA-3", "npm", "c"))));

        Assert.Equal(s_then.AddDays(2), file.Sources.Single().AsOf);
    }

    [Fact]
    public void All_real_data_that_is_here_is_read()
    {
        if (!SharedData.IsHere)
            return; // Nothing of it is in the repository; the other tests say what its formats are.
        using var directory = new TemporaryDirectory();
        using var file = Import(
            directory,
            [.. Directory.GetFiles(SharedData.PathOf("advisories/ghsa")), SharedData.PathOf("advisories/go/vulndb-osv.jsonl.gz"),
                SharedData.PathOf("advisories/debian/DSA.list"), SharedData.PathOf("advisories/debian/DLA.list")]);

        // The same data as the .jsonl beside the lists, in another program's reading.
        var expected = File.ReadLines(SharedData.PathOf("advisories/debian/debian-security.jsonl")).Select(line => System.Text.Json.Nodes.JsonNode.Parse(line)!)
            .Where(row => row["fixed"] is { } version && !version.ToString().StartsWith('<') && file.Ecosystems.Contains($"debian:{Bulwark.Images.Packages.DebianReleases.Number(row["release"]!.ToString())}"))
            .SelectMany(row => row["cves"]!.AsArray().Select(cve => $"{row["release"]} {row["source"]} {cve} {row["fixed"]}")).ToHashSet();
        var read = file.All().Where(a => a.Source.StartsWith("debian-", StringComparison.Ordinal) && a.Id.StartsWith("CVE", StringComparison.Ordinal))
            .SelectMany(a => a.Ranges.Where(range => range.Fixed.Length > 0).Select(range => $"{a.Ecosystem["debian:".Length..]} {a.Package} {a.Id} {range.Fixed}")).ToHashSet();
        var numbered = expected.Select(row => row.Split(' ', 2)).Select(row => $"{Bulwark.Images.Packages.DebianReleases.Number(row[0])} {row[1]}").ToHashSet();
        var missing = numbered.Except(read).Take(5).ToList();
        Assert.True(missing.Count == 0, string.Join('\n', missing));
        Assert.True(numbered.Count > 30_000, $"{numbered.Count}");
        Assert.True(file.Sources.Single(source => source.Name == "osv:go").Advisories > 4_000);
        Assert.Equal(6, file.Sources.Where(source => source.Name is "osv:npm" or "osv:nuget").SelectMany(source => source.Ecosystems).Count() + 4);
    }

    private static AdvisoryFile Import(TemporaryDirectory directory, params string[] files)
    {
        var path = Path.Combine(directory.Path, "advisories");
        using var import = new AdvisoryImport(new FakeTimeProvider(s_then.AddDays(10)));
        foreach (var file in files)
            import.Read(file, file, fetched: null, CancellationToken.None);
        import.WriteTo(path);
        return AdvisoryFile.Open(path);
    }

    private static string Osv(string id, string ecosystem, string package, string modified = "2020-01-01T00:00:00Z") =>
        $$$"""{"id":"{{{id}}}","modified":"{{{modified}}}","affected":[{"package":{"ecosystem":"{{{ecosystem}}}","name":"{{{package}}}"},"versions":["1"]}]}""";
}
