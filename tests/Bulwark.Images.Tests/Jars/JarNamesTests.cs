using System.IO.Compression;
using System.Security.Cryptography;
using Bulwark.Images.Advisories;
using Bulwark.Images.Cache;
using Bulwark.Images.Findings;
using Bulwark.Images.Jars;
using Bulwark.Images.Scanning;
using Bulwark.Images.Sources;
using Bulwark.Images.Tests.Harness;

namespace Bulwark.Images.Tests.Jars;

/// <summary>A real JAR of Debian's, without all that says what it is.</summary>
public sealed class JarNamesTests : IDisposable
{
    private const string Real = "/usr/share/java/commons-io.jar";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_real_JAR_that_does_not_say_what_it_is_is_known_by_its_digest_and_judged_by_its_advisories()
    {
        var jar = Stripped(Real);
        var layer = new Tar().File("app/server.jar", jar).File("app/shop.war", Zip(("WEB-INF/classes/A.class", [1]), ("WEB-INF/lib/x.jar", jar)));
        using var advisories = new TestAdvisories(new Advisory
        {
            Ecosystem = "maven",
            Package = "commons-io:commons-io",
            Id = "CVE-2024-47554",
            Source = "osv:maven",
            State = AdvisoryState.Fixed,
            Ranges = [new("2.0", "2.14.0", "")],
        });

        var without = await ScanAsync(new TestImage().Layer(layer), null, advisories);
        Assert.Empty(without.Packages);
        Assert.Equal(["app/server.jar", "app/shop.war", "app/shop.war!/WEB-INF/lib/x.jar"], Nameless(without));
        Assert.All(without.CannotTell.Where(doubt => doubt.Kind == CannotTellKind.File), doubt => Assert.Contains("trivy-java.db", doubt.Hint, StringComparison.Ordinal));

        using var table = Table(("commons-io", "commons-io", "2.11.0", jar));
        var with = await ScanAsync(new TestImage().Layer(layer), table, advisories);
        Assert.Equal(["commons-io:commons-io 2.11.0 app/server.jar", "commons-io:commons-io 2.11.0 app/shop.war"], Packages(with));
        Assert.Equal(["CVE-2024-47554 app/server.jar", "CVE-2024-47554 app/shop.war"],
            with.Findings.Where(finding => finding.Kind == FindingKind.Vulnerability).Select(finding => $"{finding.Id} {finding.Vulnerability!.Package.Path}").Order(StringComparer.Ordinal));
        Assert.Equal(["app/shop.war"], Nameless(with));
    }

    [Fact]
    public async Task A_table_that_comes_later_names_the_JARs_of_layers_that_are_not_read_again()
    {
        var jar = Stripped(Real);
        var cache = LayerCache.Open(Path.Combine(_directory.Path, "cache"), LayerCache.DefaultBytes);
        foreach (var (name, content) in new TestImage().Layer(new Tar().File("app/server.jar", jar)).Layout(TestImage.Gzip))
            _directory.Write(Path.Combine("layout", name), content);
        var layout = Path.Combine(_directory.Path, "layout");
        Task<ScanResult> ScanLayoutAsync(JarTable? table) => ImageScanner.ScanAsync(
            new OciLayoutSource(layout, new("x")), null, new() { Cache = cache, Jars = table }, TimeProvider.System, CancellationToken.None);

        Assert.Equal(["app/server.jar"], Nameless(await ScanLayoutAsync(null)));
        foreach (var blob in Directory.GetFiles(Path.Combine(layout, "blobs", "sha256")).Where(blob => File.ReadAllBytes(blob)[0] == 0x1f))
            File.Delete(blob);

        using (var table = Table(("commons-io", "commons-io", "2.11.0", jar)))
            Assert.Equal(["commons-io:commons-io 2.11.0 app/server.jar"], Packages(await ScanLayoutAsync(table)));
        // And one that says otherwise then, without a trace of the first.
        using (var table = Table(("org.other", "io", "3", jar)))
            Assert.Equal(["org.other:io 3 app/server.jar"], Packages(await ScanLayoutAsync(table)));
    }

    [Fact]
    public async Task A_digest_counts_more_than_what_a_JAR_says_of_itself_but_what_is_shaded_into_it_stays()
    {
        static (string, byte[]) Properties(string artifact, string version) =>
            ($"META-INF/maven/org.x/{artifact}/pom.properties", System.Text.Encoding.UTF8.GetBytes($"groupId=org.x\nartifactId={artifact}\nversion={version}\n"));
        var shaded = Zip(Properties("own", "1-SNAPSHOT"), Properties("inside", "5"), ("A.class", [1]));
        var manifest = Zip(("META-INF/MANIFEST.MF", "Implementation-Vendor-Id: org.wrong\nImplementation-Version: 1\n"u8.ToArray()), ("A.class", [2]));
        var image = new TestImage().Layer(new Tar().File("shaded.jar", shaded).File("lib-1.jar", manifest));

        Assert.Equal(["org.wrong:lib 1 lib-1.jar", "org.x:inside 5 shaded.jar", "org.x:own 1-SNAPSHOT shaded.jar"], Packages(await ScanAsync(image, null, null)));
        using var table = Table(("org.x", "own", "1", shaded), ("org.right", "lib", "1", manifest));
        Assert.Equal(["org.right:lib 1 lib-1.jar", "org.x:inside 5 shaded.jar", "org.x:own 1 shaded.jar"], Packages(await ScanAsync(image, table, null)));
    }

    [Fact]
    public async Task A_damaged_table_is_told_and_gravely()
    {
        var jar = Stripped(Real);
        Table(("commons-io", "commons-io", "2.11.0", jar)).Dispose();
        var path = Path.Combine(_directory.Path, "table");
        var bytes = File.ReadAllBytes(path);
        bytes[128 + 20] ^= 1;
        File.WriteAllBytes(path, bytes);

        using var table = JarTable.Open(path);
        var result = await ScanAsync(new TestImage().Layer(new Tar().File("app/server.jar", jar)), table, null);
        Assert.Contains(result.CannotTell, doubt => doubt is { IsGrave: true, Kind: CannotTellKind.Packages } && doubt.Reason.Contains("table of JARs", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Packages(ScanResult result) =>
        result.Packages.Select(installed => $"{installed.Package.Name} {installed.Package.Version} {installed.Path}").Order(StringComparer.Ordinal);

    private static IEnumerable<string> Nameless(ScanResult result) =>
        result.CannotTell.Where(doubt => doubt.Kind == CannotTellKind.File).Select(doubt => doubt.Subject).Order(StringComparer.Ordinal);

    private async Task<ScanResult> ScanAsync(TestImage image, JarTable? table, TestAdvisories? advisories) => await ImageScanner.ScanAsync(
        new ArchiveSource(_directory.Write("image.tar", image.DockerArchive()), new("x")), advisories?.File, new() { Jars = table }, TimeProvider.System, CancellationToken.None);

    private JarTable Table(params (string Group, string Artifact, string Version, byte[] Jar)[] jars)
    {
        var path = Path.Combine(_directory.Path, "table");
#pragma warning disable CA5350 // As Maven's repositories name their files.
        var database = JavaDatabase.Write(_directory, jars.Select(jar => (jar.Group, jar.Artifact, jar.Version, SHA1.HashData(jar.Jar))));
#pragma warning restore CA5350
        JarTableImport.Read(database, database, path, TimeProvider.System, CancellationToken.None);
        return JarTable.Open(path);
    }

    private static byte[] Stripped(string path)
    {
        using var zip = ZipFile.OpenRead(path);
        return Zip([.. zip.Entries.Where(entry => entry.Name.Length > 0 && !entry.FullName.StartsWith("META-INF/", StringComparison.Ordinal)).Select(entry =>
        {
            using var stream = entry.Open();
            using var content = new MemoryStream();
            stream.CopyTo(content);
            return (entry.FullName, content.ToArray());
        })]);
    }

    private static byte[] Zip(params (string Name, byte[] Content)[] entries)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }
        return stream.ToArray();
    }
}
