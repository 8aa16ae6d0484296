using System.Diagnostics;
using System.Text.Json.Nodes;
using Bulwark.Images.Advisories;
using Bulwark.Images.Reports;
using Bulwark.Images.Scanning;
using Bulwark.Images.Sources;
using Bulwark.Images.Tests.Harness;
using CsCheck;

namespace Bulwark.Images.Tests.Reports;

/// <summary>
/// Reports against the official schemas: CycloneDX's and SARIF's, out of packages that ship them (tests/schemas, which <c>./setup</c> fetches), by a
/// validator that is not ours (python3-jsonschema). No package ships SPDX's schema for 2.3 or one for JUnit.
/// </summary>
public sealed class SchemaTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("cyclonedx")]
    [InlineData("sarif")]
    public async Task Every_report_of_a_real_scan_is_as_its_schema_says(string kind)
    {
        var result = await ScanAsync();
        Assert.True(result.Packages.Length > 100, $"only {result.Packages.Length} packages");
        Assert.NotEmpty(result.Findings);
        Assert.NotEmpty(result.CannotTell);

        await CheckAsync(kind, Reports(kind, result));
    }

    [Theory]
    [InlineData("cyclonedx")]
    [InlineData("sarif")]
    public async Task So_is_one_in_which_nothing_was_found(string kind)
    {
        var nothing = await ScanAsync() with { Findings = [], CannotTell = [], Packages = [], Layers = [], Distribution = null };
        await CheckAsync(kind, Reports(kind, nothing));
    }

    [Theory]
    [InlineData("cyclonedx")]
    [InlineData("sarif")]
    public async Task So_is_one_with_whatever_names(string kind)
    {
        var real = await ScanAsync();
        var (finding, package) = (real.Findings[0], real.Packages[0]);
        string[] odd = ["", " ", "a b", "ä/ß?#%", "日本語", "\u202eevil", "\ud83d\ude00", "\ud800", "../..", "C:\\x", "http://[", "%", "a\u0000b", "\u001b[31m", "'\"<>&", "//", "#", "?", ":", "@"];
        var reports = odd.SelectMany(text => Reports(kind, Named(text))).ToList();
        Gen.String.Sample(text =>
        {
            lock (reports)
                reports.AddRange(Reports(kind, Named(text)));
        }, iter: 60);

        await CheckAsync(kind, reports);
        ScanResult Named(string text) => real with
        {
            Name = text,
            Findings = [finding with { Path = text, Title = text, Suppression = new(text, null) }, finding with { Id = text }],
            CannotTell = [new(CannotTellKind.File, text, text) { Hint = text }],
            Packages = [package with { Path = text, Package = package.Package with { Name = text, Version = text, Source = text, Maintainer = text } }],
        };
    }

    [Fact]
    public async Task The_validator_sees_what_is_wrong()
    {
        var bom = JsonNode.Parse(CycloneDxReport.Write(await ScanAsync(), "1.0", withVulnerabilities: true))!;
        bom["components"]![0]!["type"] = "nonsense";
        Assert.Contains("nonsense", (await ValidateAsync("cyclonedx", [bom.ToJsonString()])).Output, StringComparison.Ordinal);
        var run = JsonNode.Parse(SarifReport.Write(await ScanAsync(), "1.0"))!;
        run["runs"]![0]!["results"]![0]!.AsObject().Remove("message");
        Assert.Contains("message", (await ValidateAsync("sarif", [run.ToJsonString()])).Output, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Reports(string kind, ScanResult result) => kind == "sarif"
        ? [SarifReport.Write(result, "1.0")]
        : [CycloneDxReport.Write(result, "1.0", withVulnerabilities: true), CycloneDxReport.Write(result, "1.0", withVulnerabilities: false)];

    // An image with this machine's own packages, real ones of Debian, and a secret that was deleted.
    private async Task<ScanResult> ScanAsync()
    {
        var base64Key = Convert.ToBase64String(Enumerable.Range(0, 48).Select(value => (byte)(value * 37)).ToArray());
        var image = new TestImage()
            .Layer(new Tar().File("etc/os-release", File.ReadAllText("/etc/os-release")).File("var/lib/dpkg/status", File.ReadAllBytes("/var/lib/dpkg/status"))
                .File("usr/bin/odd", "\u007fELF\u0002\u0001\u0001", "4755"), "ADD base")
            .Layer(new Tar().File("app/ä ß %20#?.env", $"AWS_ACCESS_KEY_ID=AKIA{"QWERTYUIOPASDFGH"}\nDB_PASSWORD={base64Key}\n"), "COPY app")
            .Layer(new Tar().File("app/.wh.ä ß %20#?.env", ""), "RUN rm");
        using var advisories = new TestAdvisories(
            new Advisory { Ecosystem = "debian:12", Package = "openssl", Id = "CVE-2026-0001", Severity = Severity.High, ScoreTenths = 75, Ranges = [new("", "99", "")], Summary = "A bug", Source = "debian", State = AdvisoryState.Fixed },
            new Advisory { Ecosystem = "debian:12", Package = "zlib", Id = "CVE-2026-0002", Ranges = [new("", "", "")], Source = "debian" });
        var path = _directory.Write("image.tar", image.DockerArchive());
        return await ImageScanner.ScanAsync(new ArchiveSource(path, new(path)), advisories.File, new(), TimeProvider.System, CancellationToken.None);
    }

    private async Task CheckAsync(string kind, IEnumerable<string> reports)
    {
        var (isValid, output) = await ValidateAsync(kind, reports);
        Assert.True(isValid, output);
    }

    private async Task<(bool IsValid, string Output)> ValidateAsync(string kind, IEnumerable<string> reports)
    {
        var schemas = TestNodeModules.Folder;
        List<string> arguments = [Path.Combine(schemas, "validate.py"), kind, .. reports.Select((report, index) => _directory.Write($"{kind}-{index}.json", report))];
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode == 0, output + await error);
    }
}
