using System.Diagnostics;
using Bulwark.Images.Layers;
using Bulwark.Images.Packages.Rpm;
using Bulwark.Images.Scanning;
using Bulwark.Images.Sources;
using Bulwark.Images.Tests.Harness;
using CsCheck;

namespace Bulwark.Images.Tests.Packages.Rpm;

public sealed class RpmDatabaseTests
{
    private const string Sqlite = "var/lib/rpm/rpmdb.sqlite";
    private const string Ndb = "usr/lib/sysimage/rpm/Packages.db";
    private const string Berkeley = "var/lib/rpm/Packages";

    [Fact]
    public async Task What_rpm_itself_installs_is_read_with_its_files()
    {
        using var directory = new TemporaryDirectory();
        var database = await RealDatabaseAsync(directory, packages: 60);
        var layer = Read(Sqlite, database);

        Assert.Empty(layer.Doubts);
        var packages = layer.Packages[Sqlite];
        Assert.Equal(61, packages.Length);
        var sample = packages.Single(package => package.Name == "sample-1");
        Assert.Equal(("2:1.2-3", "sample", "2:1.2-3", "noarch", "A vendor"), (sample.Version, sample.Source, sample.SourceVersion, sample.Architecture, sample.Maintainer));
        Assert.Contains(PathKey.Of("usr/bin/sample-1"), layer.OwnedPaths[Sqlite]);
        // One whose header needs pages of overflow.
        Assert.Contains(PathKey.Of("usr/share/large/999"), layer.OwnedPaths[Sqlite]);
    }

    [Fact]
    public async Task Files_that_are_no_longer_what_an_rpm_package_brought_are_told_but_for_settings()
    {
        using var directory = new TemporaryDirectory();
        var database = await RealDatabaseAsync(directory, packages: 2);
        // All as the package brought them; then somebody changes a program, settings, and what the package says not to compare.
        var brought = new Tar().File("usr/bin/sample-1", "\n", "755").File("usr/bin/sample-2", "\n", "755").File("usr/share/large/7", "\n")
            .File("usr/share/sample.conf", "\n").File("usr/share/unchecked", "\n").File(Sqlite, database);
        var changed = new Tar().File("usr/bin/sample-1", "evil\n", "755").File("usr/share/sample.conf", "set\n").File("usr/share/ghost", "came\n").File("usr/share/unchecked", "new\n");

        Assert.Empty(await ChangedAsync(directory, new TestImage().Layer(brought)));
        Assert.Equal(["usr/bin/sample-1 1 it is not what the package sample-1 brought"], await ChangedAsync(directory, new TestImage().Layer(brought.ToArray()).Layer(changed)));
    }

    private static async Task<IEnumerable<string>> ChangedAsync(TemporaryDirectory directory, TestImage image)
    {
        var path = directory.Write("image.tar", image.DockerArchive());
        var result = await ImageScanner.ScanAsync(new ArchiveSource(path, new(path)), null, new(), TimeProvider.System, CancellationToken.None);
        return result.Findings.Where(finding => finding.Id == "file/changed").Select(finding => $"{finding.Path} {finding.Layer} {finding.Title}");
    }

    [Fact]
    public void The_databases_of_another_scanners_cases_hold_what_they_say()
    {
        foreach (var (id, input, expected, json) in SharedData.IsHere ? Cases.Of("scalibr/os-rpm") : [])
        {
            var packages = Cases.Parse(new RpmDatabase(), input, Berkeley);
            var epoch = json.GetProperty("expected")[0].GetProperty("extra").GetProperty("Epoch").GetString();
            Assert.True(expected.Select(name => name.Replace(" ", $" {epoch}:", StringComparison.Ordinal)).SequenceEqual(Cases.Names(packages)), id);
        }
    }

    [Theory]
    [InlineData(Berkeley, false)]
    [InlineData(Berkeley, true)]
    [InlineData(Ndb, false)]
    public void Each_form_of_the_database_gives_the_same(string path, bool isBigEndian)
    {
        byte[][] headers = [RpmFiles.Header("bash", "5.1", "6.el9", 0, "bash-5.1-6.el9.src.rpm", "/usr/bin/", "bash"), RpmFiles.Header("large", "1", "1", 3, "", "/x/", [.. Enumerable.Range(0, 2000).Select(n => $"f{n}")])];
        var layer = Read(path, path == Ndb ? RpmFiles.NdbOf(headers) : RpmFiles.BerkeleyOf(headers, isBigEndian));

        Assert.Empty(layer.Doubts);
        Assert.Equal(["bash 5.1-6.el9", "large 3:1-1"], Cases.Names(layer.Packages[path]));
        Assert.Contains(PathKey.Of("usr/bin/bash"), layer.OwnedPaths[path]);
        Assert.Contains(PathKey.Of("x/f1999"), layer.OwnedPaths[path]);
    }

    [Theory]
    [InlineData("bash-5.1.8-6.el9.src.rpm", "bash", "5.1.8-6.el9")]
    [InlineData("java-1.8.0-openjdk-1.8.0.392.b08-4.el9.src.rpm", "java-1.8.0-openjdk", "1.8.0.392.b08-4.el9")]
    [InlineData("x-1-1.nosrc.rpm", "x", "1-1")]
    [InlineData("(none)", "p", "1-2")]
    [InlineData("-1-1.src.rpm", "p", "1-2")]
    [InlineData(".src.rpm", "p", "1-2")]
    public void The_source_is_told_by_its_files_name(string file, string source, string version)
    {
        var package = new RpmHeader(RpmFiles.Header("p", "1", "2", 0, file, "/", "f")).Package()!;
        Assert.Equal((source, version), (package.Source, package.SourceVersion));
    }

    [Fact]
    public void Keys_are_no_packages() => Assert.Null(new RpmHeader(RpmFiles.Header("gpg-pubkey", "1", "2", 0, "", "/", "f")).Package());

    [Fact]
    public void Changes_that_are_not_yet_written_are_told()
    {
        var layer = Read(Sqlite + "-wal", new byte[100]);
        Assert.True(Assert.Single(layer.Doubts).IsGrave);
    }

    [Theory]
    [InlineData(Sqlite)]
    [InlineData(Ndb)]
    [InlineData(Berkeley)]
    public void What_is_no_database_is_told_and_grave(string path) => Assert.True(Assert.Single(Read(path, new byte[10_000]).Doubts).IsGrave);

    [Fact]
    public async Task No_damage_ends_a_scan_or_makes_it_endless()
    {
        using var directory = new TemporaryDirectory();
        byte[][] headers = [RpmFiles.Header("bash", "5.1", "6.el9", 1, "bash-5.1-6.el9.src.rpm", "/usr/bin/", "bash", "sh"), RpmFiles.Header("large", "1", "1", 3, "", "/x/", [.. Enumerable.Range(0, 2000).Select(n => $"f{n}")])];
        (string Path, byte[] Bytes)[] whole =
        [
            (Sqlite, await RealDatabaseAsync(directory, packages: 5)), (Ndb, RpmFiles.NdbOf(headers)), (Berkeley, RpmFiles.BerkeleyOf(headers, false)), (Berkeley, RpmFiles.BerkeleyOf(headers, true)),
        ];

        // Where the tables are, every byte matters; the rest is text.
        var damage = Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Frequency((3, Gen.Int[0, 200]), (1, Gen.Int[0, 60_000])), Gen.Byte);
        damage.Array[1, 20].Sample(places =>
        {
            var (path, bytes) = whole[places[0].Item1];
            var damaged = bytes.ToArray();
            foreach (var (_, at, value) in places)
                damaged[at % damaged.Length] = value;
            var layer = Read(path, damaged);
            // Either it is read, or it is told: never a doubt about a file that a parser stumbled over by accident.
            return layer.Doubts.TrueForAll(doubt => doubt.Kind == CannotTellKind.Packages) && (layer.Packages.TryGetValue(path, out var packages) ? packages.Length <= 100_000 : layer.Doubts.Count == 1);
        }, iter: 2000, threads: 1);
    }

    private static Layer Read(string path, byte[] database) => Reading.Layer(new Tar().File(path, database).ToArray(), null, new RpmDatabase());

    /// <summary>Packages are built and installed by rpm itself.</summary>
    private static async Task<byte[]> RealDatabaseAsync(TemporaryDirectory directory, int packages)
    {
        var names = Enumerable.Range(1, packages).Select(number => $"sample-{number}").ToList();
        var specification = directory.Write("sample.spec", $"""
            Name: sample
            Version: 1.2
            Release: 3
            Epoch: 2
            Summary: s
            License: MIT
            Vendor: A vendor
            BuildArch: noarch
            %description
            d
            {string.Join('\n', names.Select(name => $"%package -n {name}\nSummary: s\n%description -n {name}\nd"))}
            %install
            mkdir -p %buildroot/usr/bin %buildroot/usr/share/large
            for name in {string.Join(' ', names)}; do echo > %buildroot/usr/bin/$name; done
            for name in $(seq 0 999); do echo > %buildroot/usr/share/large/$name; done
            for name in sample.conf ghost unchecked; do echo > %buildroot/usr/share/$name; done
            %files
            %config /usr/share/sample.conf
            %ghost /usr/share/ghost
            %verify(not filedigest) /usr/share/unchecked
            /usr/share/large
            {string.Join('\n', names.Select(name => $"%files -n {name}\n/usr/bin/{name}"))}
            """);
        var top = Path.Combine(directory.Path, $"top-{packages}");
        var root = Path.Combine(directory.Path, $"root-{packages}");
        Directory.CreateDirectory(root);
        await RunAsync("rpmbuild", "-bb", "--quiet", "--define", $"_topdir {top}", "--define", "_binary_payload w0.gzdio", specification);
        await RunAsync(["rpm", "--root", root, "--dbpath", "/var/lib/rpm", "--justdb", "--nodeps", "--noscripts", "-i", .. Directory.GetFiles(Path.Combine(top, "RPMS/noarch"))]);
        return await File.ReadAllBytesAsync(Path.Combine(root, Sqlite));
    }

    private static async Task RunAsync(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{command[0]}: {output}{await error}");
    }
}
