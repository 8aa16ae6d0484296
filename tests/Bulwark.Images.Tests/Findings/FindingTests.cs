using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Bulwark.Images.Advisories;
using Bulwark.Images.Archives;
using Bulwark.Images.Findings;
using Bulwark.Images.Scanning;
using Bulwark.Images.Sources;
using Bulwark.Images.Tests.Harness;

namespace Bulwark.Images.Tests.Findings;

public sealed class FindingTests
{
    private const string Token = "k3Jd9fLq2ZpXw7Vb1NcT8mRs5Yh0GuEa6Ki4";
    private const string GitHub = "ghp_" + Token;
    private const string Status = "Package: a\nStatus: install ok installed\nVersion: 1\n";

    [Fact]
    public async Task A_secret_that_a_later_layer_deletes_is_still_in_the_image()
    {
        var result = await ScanAsync(new TestImage()
            .Layer(new Tar().File("root/.netrc", $"machine x\n  password {GitHub}\n"), $"COPY .netrc /root # {GitHub}")
            .Layer(new Tar().Whiteout("root/.netrc"), "RUN rm /root/.netrc"));

        var finding = Assert.Single(Of(result, FindingKind.Secret), finding => finding.Path.Length > 0);
        Assert.Equal(("secret/github-token", "root/.netrc", 0, Severity.Critical), (finding.Id, finding.Path, finding.Layer, finding.Severity));
        Assert.Contains("line 2", finding.Title, StringComparison.Ordinal);
        Assert.Contains("everyone who has the image still has it", finding.Title, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_shows_up_in_no_output()
    {
        var image = new TestImage
        {
            Config =
            {
                ["Env"] = new JsonArray($"GITHUB_TOKEN={GitHub}", "DB_PASSWORD=Tr0ub4dor-and-3"),
                ["Labels"] = new JsonObject { ["build.token"] = GitHub },
            },
        };
        var result = await ScanAsync(image.Layer(new Tar().File("app/.env", $"TOKEN={GitHub}\n"), $"|1 T={GitHub} /bin/sh -c make").Step($"ADD https://x:{GitHub}@h/a /a"));
        var outputs = Outputs.All(result);

        Assert.Equal(6, Of(result, FindingKind.Secret).Count);
        Assert.All(outputs, output =>
        {
            Assert.DoesNotContain(Token[4..12], output, StringComparison.Ordinal);
            Assert.DoesNotContain("Tr0ub4dor", output, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_key_in_a_package_for_all_is_no_secret_but_one_in_its_settings_is()
    {
        var result = await ScanAsync(new TestImage().Layer(new Tar().File("var/lib/dpkg/status", Status)
            .File("var/lib/dpkg/info/a.list", "/usr/lib/a/test.key\n/etc/a.conf\n").File("usr/lib/a/test.key", GitHub).File("etc/a.conf", GitHub)));

        Assert.Equal(["etc/a.conf"], Of(result, FindingKind.Secret).Select(finding => finding.Path));
    }

    [Theory]
    [InlineData("config/root-user", "User", "", true)]
    [InlineData("config/root-user", "User", "0:0", true)]
    [InlineData("config/root-user", "User", "web", false)]
    [InlineData("config/no-health-check", "Healthcheck", null, true)]
    public async Task The_configuration_is_looked_at(string id, string key, string? value, bool isFound)
    {
        var image = new TestImage().Layer(new Tar().File("a", ""));
        if (value is not null)
            image.Config[key] = value;

        Assert.Equal(isFound, (await ScanAsync(image)).Findings.Any(finding => finding.Id == id));
    }

    [Fact]
    public async Task A_health_check_is_seen() =>
        Assert.DoesNotContain(
            (await ScanAsync(new TestImage { Config = { ["Healthcheck"] = new JsonObject { ["Test"] = new JsonArray("CMD", "true") } } }.Layer(new Tar().File("a", "")))).Findings,
            finding => finding.Id == "config/no-health-check");

    [Theory]
    [InlineData("ADD https://example.com/x.tar.gz /", true)]
    [InlineData("/bin/sh -c #(nop) ADD http://example.com/x / ", true)]
    [InlineData("ADD --checksum=sha256:aa https://example.com/x /", false)]
    [InlineData("ADD file:1234 in /", false)]
    [InlineData("RUN curl https://example.com", false)]
    public async Task What_was_added_from_an_address_is_told(string step, bool isFound) =>
        Assert.Equal(isFound, (await ScanAsync(new TestImage().Layer(new Tar().File("a", ""), step))).Findings.Any(finding => finding.Id == "config/add-from-url"));

    [Fact]
    public async Task A_user_with_an_empty_password_is_told_by_name()
    {
        var result = await ScanAsync(new TestImage().Layer(new Tar().File("etc/passwd", "root:x:0:0::/:/bin/sh\n").File("etc/shadow", "root::1::::::\nbin:*:1::::::\nweb:!:1::::::\n")));

        Assert.Contains("root has an empty password", Assert.Single(result.Findings, finding => finding.Id == "config/empty-password").Title, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Powers_of_files_that_no_package_owns_weigh_more()
    {
        var result = await ScanAsync(new TestImage().Layer(new Tar().File("var/lib/dpkg/status", Status).File("var/lib/dpkg/info/a.list", "/usr/bin/su\n")
            .File("usr/bin/su", "x", "4755").File("usr/bin/back", "x", "4755").File("srv/tool", "x", "777").File("app/run", "x", "755")));

        Assert.Equal(
            ["file/no-package app/ Negligible", "file/no-package srv/ Negligible", "file/no-package usr/bin/ Medium", "file/set-user-id usr/bin/back High",
                "file/set-user-id usr/bin/su Negligible", "file/world-writable srv/tool High"],
            Of(result, FindingKind.File).Select(finding => $"{finding.Id} {finding.Path} {finding.Severity}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Without_a_package_database_no_file_is_called_ownerless() =>
        Assert.DoesNotContain((await ScanAsync(new TestImage().Layer(new Tar().File("app/run", "x", "755")))).Findings, finding => finding.Id == "file/no-package");

    [Fact]
    public async Task A_set_user_id_program_that_is_gone_on_top_is_gone()
    {
        var result = await ScanAsync(new TestImage().Layer(new Tar().File("usr/bin/su", "x", "4755")).Layer(new Tar().Whiteout("usr/bin/su")));

        Assert.Empty(Of(result, FindingKind.File));
    }

    [Theory]
    [InlineData("original", false)]
    [InlineData("tampered", true)]
    public async Task A_file_that_is_not_what_its_package_brought_is_told(string content, bool isFound)
    {
#pragma warning disable CA5351 // What dpkg uses.
        var sum = Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes("original")));
#pragma warning restore CA5351
        var result = await ScanAsync(new TestImage()
            .Layer(new Tar().Link("bin", "usr/bin").File("var/lib/dpkg/status", Status).File("var/lib/dpkg/info/a:amd64.md5sums", $"{sum}  bin/tool\n").File("usr/bin/tool", "original", "755"))
            .Layer(new Tar().File("usr/bin/tool", content, "755")));

        Assert.Equal(isFound ? ["bin/tool 1 it is not what the package a brought"] : [],
            result.Findings.Where(finding => finding.Id == "file/changed").Select(finding => $"{finding.Path} {finding.Layer} {finding.Title}"));
    }

    [Theory]
    [InlineData(false, "original", "tool", "setting", new string[0])]
    [InlineData(false, "tampered", "tool", "setting", new[] { "bin/tool 1" })]
    [InlineData(false, "original", "/tmp/evil", "setting", new[] { "usr/bin/link 1" })]
    [InlineData(false, "original", "tool", "changed", new string[0])]
    [InlineData(true, "original", "tool", "setting", new string[0])]
    [InlineData(true, "tampered", "tool", "setting", new[] { "bin/tool 1" })]
    [InlineData(true, "original", "/tmp/evil", "setting", new[] { "usr/bin/link 1" })]
    public async Task Alpines_files_and_links_are_compared_but_not_its_settings(bool isSha256, string content, string target, string setting, string[] changed)
    {
#pragma warning disable CA5350 // What apk uses.
        string Sum(string text) => $"Z:Q1{Convert.ToBase64String(isSha256 ? SHA256.HashData(Encoding.UTF8.GetBytes(text))[..20] : SHA1.HashData(Encoding.UTF8.GetBytes(text)))}\n";
#pragma warning restore CA5350
        // Since 3.23 lib and bin may be links.
        var result = await ScanAsync(new TestImage()
            .Layer(new Tar().Link("bin", "usr/bin").File("usr/bin/tool", "original", "755")
                .File("lib/apk/db/installed", $"P:a\nV:1\n{(isSha256 ? "f:S\n" : "")}F:bin\nR:tool\n{Sum("original")}F:usr/bin\nR:link\n{Sum("tool")}F:etc\nR:a.conf\n{Sum("setting")}\n"))
            .Layer(new Tar().File("usr/bin/tool", content, "755").Link("usr/bin/link", target).File("etc/a.conf", setting)));

        Assert.Equal(changed, result.Findings.Where(finding => finding.Id == "file/changed").Select(finding => $"{finding.Path} {finding.Layer}"));
    }

    [Fact]
    public async Task A_package_that_was_replaced_as_a_whole_is_one_finding()
    {
        var files = Enumerable.Range(0, 50).Select(number => $"usr/lib/a/{number}").ToList();
        var tar = files.Aggregate(new Tar().File("var/lib/dpkg/status", Status), (tar, file) => tar.File(file, "other"));
        var result = await ScanAsync(new TestImage().Layer(
            tar.File("var/lib/dpkg/info/a.md5sums", string.Concat(files.Select(file => $"{new string('0', 32)}  {file}\n")))));

        Assert.Equal("this and 49 more files are not what the package a brought", Assert.Single(result.Findings, finding => finding.Id == "file/changed").Title);
    }

    [Theory]
    [InlineData("app/deploy.key", Severity.Critical)]
    [InlineData("usr/lib/python3.12/test/certdata/keycert.pem", Severity.Low)]
    [InlineData("app/node_modules/x/fixtures/key.pem", Severity.Low)]
    public async Task A_key_among_tests_of_a_package_weighs_little(string path, Severity severity) =>
        Assert.Equal(severity, Of(await ScanAsync(new TestImage().Layer(new Tar().File(path, GitHub))), FindingKind.Secret).Single().Severity);

    private static List<Finding> Of(ScanResult result, FindingKind kind) => [.. result.Findings.Where(finding => finding.Kind == kind)];

    private static async Task<ScanResult> ScanAsync(TestImage image)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Write("image.tar", image.DockerArchive());
        return await ImageScanner.ScanAsync(new ArchiveSource(path, new(path)), null, new() { Limits = new ArchiveLimits() }, TimeProvider.System, CancellationToken.None);
    }
}
