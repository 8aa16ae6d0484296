using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Bulwark.Images.Advisories;
using Bulwark.Images.Advisories.Store;
using Microsoft.Data.Sqlite;

namespace Bulwark.Cli.Tests;

/// <summary>Scans a small root file system against a small file of advisories.</summary>
public sealed class ScanTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bulwark-cli-scan-");
    private readonly string _root;
    private readonly string _advisories;

    public ScanTests()
    {
        _root = Path.Combine(_directory.FullName, "root");
        _advisories = Path.Combine(_directory.FullName, "advisories");
        Write("etc/os-release", "ID=debian\nVERSION_ID=12\nVERSION_CODENAME=bookworm\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
        Write("var/lib/dpkg/status", string.Concat(
            Installed("libcurl4", "7.88.1-10+deb12u4", "curl"), Installed("curl", "7.88.1-10+deb12u4"), Installed("zlib1g", "1:1.2.13.dfsg-1", "zlib"),
            Installed("linux-libc-dev", "6.1.1-1", "linux")));
        using var writer = new AdvisoryFileWriter();
        writer.Add(Debian("curl", "CVE-2024-0001") with { Severity = Severity.High, Summary = "Heap overflow", State = AdvisoryState.Fixed, Ranges = [new("", "7.88.1-10+deb12u5", "")] });
        writer.Add(Debian("zlib", "CVE-2023-45853") with { Severity = Severity.Critical, Summary = "MiniZip overflow", State = AdvisoryState.WontFix, Ranges = [new("", "", "")], Note = "Minor issue" });
        writer.Add(Debian("zlib", "CVE-2024-0003") with { Severity = Severity.Negligible, Ranges = [new("", "", "")] });
        writer.Add(Debian("linux", "CVE-2024-0004") with { State = AdvisoryState.Fixed, Ranges = [new("", "7", "")] });
        writer.WriteTo(_advisories, new Dictionary<string, SourceState> { ["debian"] = new("https://tracker.example/json", Sample.Now.AddDays(-2)) }, Sample.Now.AddDays(-1));
    }

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_scan_is_a_page_that_says_what_to_do()
    {
        var shell = new Shell();

        Assert.Equal(ExitCode.Ok, await ScanAsync(shell));
        GoldenFile.Check("scan.txt", Plain(shell.Out));
        Assert.Equal("Not shown: 1 in kernel headers, 1 negligible. Show them: --all\n", shell.Error);
    }

    [Fact]
    public async Task With_all_it_shows_everything()
    {
        var shell = new Shell();

        await ScanAsync(shell, "--all");
        Assert.Contains("CVE-2024-0003", shell.Out, StringComparison.Ordinal);
        Assert.Contains("CVE-2024-0004", shell.Out, StringComparison.Ordinal);
        Assert.Equal("", shell.Error);
    }

    [Fact]
    public async Task Its_JSON_is_an_interface()
    {
        var shell = new Shell();

        Assert.Equal(ExitCode.Findings, await ScanAsync(shell, "-o", "json", "--fail-on", "critical"));
        GoldenFile.Check("scan.json", Plain(shell.Out));
    }

    [Theory]
    [InlineData(ExitCode.Findings, "critical")]
    [InlineData(ExitCode.Findings, "low,secret")]
    [InlineData(ExitCode.Ok, "critical+fixable")]
    [InlineData(ExitCode.Findings, "high+fixable")]
    [InlineData(ExitCode.Ok, "unknown")]
    public async Task The_gate_decides_the_exit_code(int expected, string rule)
    {
        var shell = new Shell();

        Assert.Equal(expected, await ScanAsync(shell, "--fail-on", rule));
        Assert.Equal(expected == ExitCode.Findings, shell.Error.Contains("refused: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_image_that_cannot_be_judged_does_not_end_with_0()
    {
        var shell = new Shell();

        Assert.Equal(ExitCode.CannotTell, await shell.RunAsync(["scan", _root, "--advisories", "/nonexistent/advisories"]));
        Assert.Contains("debian:12: there are no advisories at all to judge its 4 packages by; try: bulwark advisories update", shell.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Old_advisories_do_not_count_as_known()
    {
        var shell = new Shell();

        Assert.Equal(ExitCode.CannotTell, await ScanAsync(shell, "--max-age", "36h"));
        Assert.Equal(ExitCode.Ok, await ScanAsync(new Shell(), "--max-age", "3d"));
        Assert.Contains("debian: its advisories are of 2026-02-27, older than 1.5 days", shell.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suppressed_finding_stays_visible_and_breaks_no_gate()
    {
        var file = Path.Combine(_directory.FullName, "ignore");
        await File.WriteAllTextAsync(file, "CVE-2023-45853 until=2026-03-31 -- minizip is not built\nCVE-2024-0001 until=2026-02-01 -- over\n");
        var shell = new Shell();

        Assert.Equal(ExitCode.Ok, await ScanAsync(shell, "--ignore-file", file, "--fail-on", "critical", "--all"));
        Assert.Contains("suppressed: minizip is not built", shell.Out, StringComparison.Ordinal);
        Assert.Contains("the exception for CVE-2024-0001 ended on 2026-02-01", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_others_say_does_not_matter_breaks_no_gate_either()
    {
        var file = Path.Combine(_directory.FullName, "vex.json");
        await File.WriteAllTextAsync(file, """{"statements":[{"vulnerability":"CVE-2023-45853","products":["pkg:deb/debian/zlib1g"],"status":"not_affected","justification":"component_not_present"}]}""");
        var shell = new Shell();

        Assert.Equal(ExitCode.Ok, await ScanAsync(shell, "--vex", file, "--fail-on", "critical", "--all"));
        Assert.Contains("suppressed: not affected: component not present (vex.json)", shell.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, await ScanAsync(new Shell(), "--vex", file + ".none"));
    }

    [Theory]
    [InlineData("'ftp://x' is no mirror", "--registry-mirror", "ftp://x")]
    [InlineData("'severe' is nothing for --fail-on", "--fail-on", "severe")]
    [InlineData("did you mean 'critical'?", "--fail-on", "critcal")]
    [InlineData("'old' is no age for --max-age", "--max-age", "old")]
    [InlineData("'arm' is no platform", "--platform", "arm")]
    [InlineData("'tcp://1' is no address for --docker", "--docker", "tcp://1")]
    public async Task What_is_typed_wrongly_says_what_was_meant(string expected, params string[] arguments)
    {
        var shell = new Shell();

        Assert.Equal(ExitCode.Usage, await ScanAsync(shell, arguments));
        Assert.Contains(expected, shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_is_not_there_is_an_error_with_a_hint()
    {
        var shell = new Shell();

        Assert.Equal(ExitCode.Failed, await shell.RunAsync(["scan", "no/such:image", "--docker", "unix:///nonexistent.sock"]));
        Assert.StartsWith("error: cannot read the image 'no/such:image' from Docker\ncause: ", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_daemon_elsewhere_that_the_environment_names_is_told_once_it_is_asked()
    {
        var shell = new Shell { Variables = { ["DOCKER_HOST"] = "tcp://127.0.0.1:2375" } };

        Assert.Equal(ExitCode.Failed, await shell.RunAsync(["scan", "no/such:image"]));
        Assert.Contains("error: that is no Docker daemon\ncause: ", shell.Error, StringComparison.Ordinal);
        Assert.Contains("tcp://127.0.0.1:2375", shell.Error, StringComparison.Ordinal);
        Assert.NotEqual(ExitCode.Failed, await ScanAsync(shell));
    }

    [Fact]
    public async Task Advisories_go_from_files_to_a_file_and_on_to_another_machine()
    {
        var tracker = Path.Combine(_directory.FullName, "tracker.json");
        var (here, there, carried) = (Path.Combine(_directory.FullName, "here"), Path.Combine(_directory.FullName, "there"), Path.Combine(_directory.FullName, "carried"));
        await File.WriteAllTextAsync(tracker, """{"curl":{"CVE-1":{"releases":{"bookworm":{"status":"open"}}}}}""");
        File.SetLastWriteTimeUtc(tracker, Sample.Now.AddDays(-3).UtcDateTime);

        Assert.Equal(ExitCode.Ok, await new Shell().RunAsync(["advisories", "import", tracker, "--advisories", here]));
        Assert.Equal(ExitCode.Ok, await new Shell().RunAsync(["advisories", "export", carried, "--advisories", here]));
        Assert.Equal(ExitCode.Ok, await new Shell().RunAsync(["advisories", "import", carried, "--advisories", there]));
        var shell = new Shell();
        Assert.Equal(ExitCode.Ok, await shell.RunAsync(["advisories", "status", "--advisories", there]));
        Assert.Matches("debian +1 +3d ago +debian:12", shell.Out);
    }

    [Fact]
    public async Task A_table_of_JARs_goes_the_way_of_the_advisories_and_names_what_is_scanned()
    {
        var (database, carried, there) = (Path.Combine(_directory.FullName, "trivy-java.db"), Path.Combine(_directory.FullName, "carried"), Path.Combine(_directory.FullName, "there"));
        var jar = Path.Combine(_root, "app.jar");
        using (var zip = ZipFile.Open(jar, ZipArchiveMode.Create))
            zip.CreateEntry("A.class");
        await WriteJavaDatabaseAsync(database, await File.ReadAllBytesAsync(jar));
        await File.WriteAllTextAsync(Path.Combine(_directory.FullName, "metadata.json"), """{"UpdatedAt":"2026-02-25T12:00:00Z"}""");

        var import = new Shell();
        Assert.Equal(ExitCode.Ok, await import.RunAsync(["advisories", "import", database, Path.Combine(_directory.FullName, "metadata.json"), "--advisories", _advisories]));
        Assert.Equal($"{_advisories}.jars has the digests of 1 JAR now.\n", import.Error);
        var export = new Shell();
        Assert.Equal(ExitCode.Ok, await export.RunAsync(["advisories", "export", carried, "--advisories", _advisories]));
        Assert.Contains($"bulwark advisories import {carried} {carried}.jars", export.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, await new Shell().RunAsync(["advisories", "import", carried, $"{carried}.jars", "--advisories", there]));
        var status = new Shell();
        Assert.Equal(ExitCode.Ok, await status.RunAsync(["advisories", "status", "--advisories", there]));
        Assert.Matches("Digests of 1 JAR in .*there.jars, .*, as of 4d ago", status.Error);
        // One file that is not understood, and none is taken over.
        var page = Path.Combine(_directory.FullName, "page.html");
        var elsewhere = Path.Combine(_directory.FullName, "elsewhere");
        await File.WriteAllTextAsync(page, "<html>");
        Assert.Equal(ExitCode.Failed, await new Shell().RunAsync(["advisories", "import", database, page, "--advisories", elsewhere]));
        Assert.False(File.Exists($"{elsewhere}.jars"));
        var scan = new Shell();
        Assert.Equal(ExitCode.Ok, await scan.RunAsync(["sbom", _root, "-o", "table", "--advisories", there]));
        Assert.Matches("maven +org.example:app +1.2", scan.Out);

        await File.WriteAllTextAsync($"{there}.jars", "BWJARS");
        var damaged = new Shell();
        Assert.Equal(ExitCode.Failed, await damaged.RunAsync(["sbom", _root, "--advisories", there]));
        Assert.Contains("bulwark advisories import trivy-java.db", damaged.Error, StringComparison.Ordinal);
    }

    private static async Task WriteJavaDatabaseAsync(string path, byte[] jar)
    {
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "CREATE TABLE artifacts(id INTEGER PRIMARY KEY, group_id TEXT, artifact_id TEXT);"
            + "CREATE TABLE indices(artifact_id INTEGER, version TEXT, sha1 BLOB, archive_type TEXT, foreign key (artifact_id) references artifacts(id));"
            + "INSERT INTO artifacts VALUES (1, 'org.example', 'app'); INSERT INTO indices VALUES (1, '1.2', $sha1, 'jar')";
#pragma warning disable CA5350 // As Maven's repositories name their files.
        command.Parameters.AddWithValue("$sha1", SHA1.HashData(jar));
#pragma warning restore CA5350
        await command.ExecuteNonQueryAsync();
    }

    [Fact]
    public async Task A_file_that_is_no_advisories_changes_nothing_and_says_so()
    {
        var shell = new Shell();
        var page = Path.Combine(_directory.FullName, "page.html");
        await File.WriteAllTextAsync(page, "<html>");

        Assert.Equal(ExitCode.Failed, await shell.RunAsync(["advisories", "import", page, "--advisories", _advisories]));
        Assert.Contains("nothing has changed", shell.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, await shell.RunAsync(["advisories", "status", "-o", "json", "--advisories", _advisories]));
        using var status = JsonDocument.Parse(shell.Out);
        Assert.Equal(4, status.RootElement.GetProperty("advisories").GetInt32());
    }

    [Theory]
    [InlineData("sarif", "\"version\": \"2.1.0\"")]
    [InlineData("cyclonedx", "\"vulnerabilities\"")]
    [InlineData("spdx", "\"spdxVersion\"")]
    [InlineData("junit", "<testsuites>")]
    [InlineData("html", "<!DOCTYPE html>")]
    public async Task A_scan_is_written_for_other_tools_too(string format, string expected)
    {
        var shell = new Shell();

        Assert.Equal(ExitCode.Ok, await ScanAsync(shell, "-o", format));
        Assert.Contains(expected, shell.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bill_of_materials_needs_no_advisories()
    {
        var shell = new Shell();

        Assert.Equal(ExitCode.Ok, await shell.RunAsync(["sbom", _root]));
        Assert.Contains("pkg:deb/debian/curl@", shell.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\"vulnerabilities\"", shell.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, await shell.RunAsync(["sbom", _root, "-o", "table"]));
        Assert.Matches("dpkg +libcurl4 +7.88.1-10\\+deb12u4 +curl", shell.Out);
        Assert.Equal("", shell.Error);
    }

    private Task<int> ScanAsync(Shell shell, params string[] arguments) => shell.RunAsync(["scan", _root, "--advisories", _advisories, .. arguments]);

    private string Plain(string text) => text.Replace(_root, "ROOT", StringComparison.Ordinal);

    private static Advisory Debian(string package, string id) => new() { Ecosystem = "debian:12", Package = package, Id = id, Source = "debian" };

    private static string Installed(string name, string version, string source = "") =>
        $"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n{(source.Length > 0 ? $"Source: {source}\n" : "")}\n";

    private void Write(string path, string text)
    {
        var file = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
