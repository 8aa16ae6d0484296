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
/// validator that is not ours (python3-jsonschema). No package of Debian, NuGet or npm was found that ships SPDX's schema for 2.3, or checks such documents
/// (Microsoft's tool knows 2.2 only, of its own making): <see cref="SpdxRules"/> has the specification's rules. JUnit's form has no official schema.
/// </summary>
public sealed class SchemaTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("cyclonedx")]
    [InlineData("sarif")]
    [InlineData("spdx")]
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
    [InlineData("spdx")]
    public async Task So_is_one_in_which_nothing_was_found(string kind)
    {
        var nothing = await ScanAsync() with { Findings = [], CannotTell = [], Packages = [], Layers = [], Distribution = null };
        await CheckAsync(kind, Reports(kind, nothing));
    }

    [Theory]
    [InlineData("cyclonedx")]
    [InlineData("sarif")]
    [InlineData("spdx")]
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

    [Theory]
    [InlineData("spdxVersion", "\"SPDX-2.2\"")]
    [InlineData("dataLicense", "\"MIT\"")]
    [InlineData("name", "\"a\\nb\"")]
    [InlineData("name", "\"\"")]
    [InlineData("name", null)]
    [InlineData("documentNamespace", "\"bulwark\"")]
    [InlineData("documentNamespace", "\"https://a/#b\"")]
    [InlineData("nonsense", "1")]
    [InlineData("creationInfo/created", "\"2026-01-01T00:00:00+01:00\"")]
    [InlineData("creationInfo/creators/0", "\"bulwark\"")]
    [InlineData("packages/1/SPDXID", "\"SPDXRef-a b\"")]
    [InlineData("packages/1/SPDXID", "\"SPDXRef-Image\"")]
    [InlineData("packages/1/name", null)]
    [InlineData("packages/1/versionInfo", "\"1\\r2\"")]
    [InlineData("packages/1/downloadLocation", "\"somewhere\"")]
    [InlineData("packages/1/filesAnalyzed", "true")]
    [InlineData("packages/1/hasFiles", "[\"SPDXRef-x\"]")]
    [InlineData("packages/1/primaryPackagePurpose", "\"PACKAGE\"")]
    [InlineData("packages/1/license", "\"MIT\"")]
    [InlineData("packages/1/externalRefs/0/referenceCategory", "\"PACKAGE_MANAGER\"")]
    [InlineData("packages/1/externalRefs/0/referenceLocator", "\"pkg:deb/a b\"")]
    [InlineData("packages/1/externalRefs/0/referenceLocator", "\"deb/a\"")]
    [InlineData("relationships/0/relationshipType", "\"CONTAINS\"")]
    [InlineData("relationships/1/relationshipType", "\"HAS\"")]
    [InlineData("relationships/1/relatedSpdxElement", "\"SPDXRef-Package-99999\"")]
    public async Task The_rules_of_SPDX_see_what_is_wrong(string path, string? value)
    {
        var document = JsonNode.Parse(SpdxReport.Write(await ScanAsync(), "1.0"))!;
        Assert.Empty(SpdxRules.Broken(document.ToJsonString()));
        var (steps, node) = (path.Split('/'), document);
        foreach (var step in steps[..^1])
            node = node is JsonArray array ? array[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)]! : node[step]!;
        if (node is JsonArray last)
            last[int.Parse(steps[^1], System.Globalization.CultureInfo.InvariantCulture)] = JsonNode.Parse(value!);
        else if (value is null)
            node.AsObject().Remove(steps[^1]);
        else
            node[steps[^1]] = JsonNode.Parse(value);

        Assert.NotEmpty(SpdxRules.Broken(document.ToJsonString()));
    }

    private static IEnumerable<string> Reports(string kind, ScanResult result) => kind switch
    {
        "sarif" => [SarifReport.Write(result, "1.0")],
        "spdx" => [SpdxReport.Write(result, "1.0")],
        _ => [CycloneDxReport.Write(result, "1.0", withVulnerabilities: true), CycloneDxReport.Write(result, "1.0", withVulnerabilities: false)],
    };

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
        if (kind == "spdx")
        {
            var broken = reports.SelectMany(SpdxRules.Broken).ToList();
            return (broken.Count == 0, string.Join('\n', broken.Take(100)));
        }
        var schemas = TestNodeModules.Folder;
        List<string> arguments = [Path.Combine(schemas, "validate.py"), kind, .. reports.Select((report, index) => _directory.Write($"{kind}-{index}.json", report))];
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode == 0, output + await error);
    }
}
