using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Bulwark.Images.Layers;
using Bulwark.Images.Packages.Languages;
using Bulwark.Images.Tests.Harness;
using CsCheck;

namespace Bulwark.Images.Tests.Packages;

public sealed class LanguagePackagesTests
{
    private static readonly IFileAnalyser[] s_all =
        [new NodePackages(), new PythonPackages(), new GemPackages(), new DotNetPackages(), new Programs(), new JavaArchives()];

    [Theory]
    [InlineData("app/node_modules/lodash/package.json", """{"name":"lodash","version":"4.17.20"}""", "Npm lodash 4.17.20")]
    [InlineData("app/node_modules/@types/node/package.json", """{"name":"@types/node","version":"20.1.0"}""", "Npm @types/node 20.1.0")]
    [InlineData("app/node_modules/a/node_modules/b/package.json", """{"name":"b","version":"1.0.0"}""", "Npm b 1.0.0")]
    [InlineData("app/package.json", """{"name":"app","version":"1.0.0"}""", null)]
    [InlineData("app/node_modules/a/dist/package.json", """{"type":"module"}""", null)]
    [InlineData("app/node_modules/a/test/fixtures/package.json", """{"name":"x","version":"1.0.0"}""", null)]
    [InlineData("usr/lib/python3/dist-packages/Foo_Bar-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: Foo_Bar\nVersion: 1.0\n\nName: other\n", "Python Foo_Bar 1.0")]
    [InlineData("usr/lib/python3/dist-packages/six.egg-info/PKG-INFO", "Name: six\nVersion: 1.16.0\n", "Python six 1.16.0")]
    [InlineData("usr/lib/python3/dist-packages/six-1.16.0.egg-info", "Name: six\nVersion: 1.16.0\n", "Python six 1.16.0")]
    [InlineData("var/lib/gems/3.1.0/specifications/rake-13.0.3.gemspec", "Gem::Specification.new do |s|\n  s.name = \"rake\".freeze\n  s.version = \"13.0.3\"\nend", "Gem rake 13.0.3")]
    [InlineData("app/web.deps.json", """{"libraries":{"web/1.0.0":{"type":"project"},"Npgsql/8.0.2":{"type":"package"} } }""", "NuGet Npgsql 8.0.2")]
    public void What_was_installed_is_found_by_the_file_that_its_installer_left(string path, string content, string? expected)
    {
        var layer = Reading.Layer(new Tar().File(path, content).ToArray(), null, s_all);

        Assert.Empty(layer.Doubts);
        Assert.Equal(expected is null ? [] : [expected], layer.Packages.SelectMany(found => found.Value).Select(package => $"{package.Kind} {package.Name} {package.Version}"));
    }

    [Theory]
    [InlineData("a/node_modules/b/package.json", "{")]
    [InlineData("a/x.dist-info/METADATA", "Name: x\n")]
    [InlineData("gems/specifications/x.gemspec", "s.version = VERSION")]
    [InlineData("a/a.deps.json", "[]")]
    [InlineData("a/a.jar", "PK\u0003\u0004damaged")]
    [InlineData("a/program", "\u007fELF\u0002\u0001\u0001\0\0\0\0\0\0\0\0\0\u0002\0\u003e\0")]
    public void A_damaged_file_is_a_doubt_about_that_file(string path, string content)
    {
        var layer = Reading.Layer(new Tar().File(path, Encoding.Latin1.GetBytes(content)).ToArray(), null, s_all);

        Assert.Equal((CannotTellKind.File, path), Assert.Single(layer.Doubts) switch { var doubt => (doubt.Kind, doubt.Subject) });
    }

    [Fact]
    public void A_java_archive_is_known_by_the_properties_in_it_and_in_what_it_holds()
    {
        var inner = Jar(("META-INF/maven/org.x/inner/pom.properties", "#Generated\nversion=2.0\ngroupId=org.x\nartifactId=inner\n"u8.ToArray()), ("A.class", [1]));
        var outer = Jar(
            ("META-INF/maven/org.x/outer/pom.properties", "groupId=org.x\r\nartifactId=outer\r\nversion=1.0\r\n"u8.ToArray()), ("BOOT-INF/lib/inner.jar", inner),
            ("BOOT-INF/lib/nameless.jar", Jar(("B.class", [1]))), ("BOOT-INF/lib/empty.jar", Jar(("readme", [1]))));

        var layer = Reading.Layer(new Tar().File("app/app.jar", outer).ToArray(), null, s_all);

        Assert.Equal(["org.x:inner 2.0", "org.x:outer 1.0"], Cases.Names(layer.Packages.Single().Value));
        Assert.Equal("app/app.jar!/BOOT-INF/lib/nameless.jar", Assert.Single(layer.Jars.Single().Value, jar => jar is { HasClasses: true, Named.IsEmpty: true }).Path);
        Assert.Empty(layer.Doubts);
    }

    [Fact]
    public void Archives_in_archives_without_end_are_given_up()
    {
        var jar = Jar(("A.class", [1]));
        for (var depth = 0; depth < 8; depth++)
            jar = Jar(("inner.jar", jar));

        Assert.Contains("nested", Assert.Single(Reading.Layer(new Tar().File("a.jar", jar).ToArray(), null, s_all).Doubts).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bomb_in_a_java_archive_is_given_up()
    {
        var jar = Jar(("META-INF/maven/a/b/pom.properties", new byte[100 << 20]));

        Assert.True(jar.Length < 200_000);
        Assert.Contains("larger", Assert.Single(Reading.Layer(new Tar().File("a.jar", jar).ToArray(), null, s_all).Doubts).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Go_program_tells_its_modules_and_its_library()
    {
        var modules = "path\texample.com/cmd\nmod\texample.com\t(devel)\t\ndep\tgolang.org/x/net\tv0.10.0\th1:x=\ndep\ta.b/old\tv1.0.0\n=>\ta.b/new\tv1.2.0\th1:y=\nbuild\t-compiler=gc\n";
        var program = await ProgramAsync(".go.buildinfo", GoSection("go1.21.3", modules));

        Assert.Equal(
            ["a.b/new v1.2.0", "example.com (devel)", "golang.org/x/net v0.10.0", "stdlib 1.21.3"],
            Cases.Names(Reading.Layer(new Tar().File("bin/cmd", program, "755").ToArray(), null, s_all).Packages.Single().Value));
    }

    [Fact]
    public async Task A_Go_program_that_was_built_before_1_18_is_a_doubt()
    {
        var section = GoSection("go1.17", "");
        section[15] = 0;
        var layer = Reading.Layer(new Tar().File("bin/cmd", await ProgramAsync(".go.buildinfo", section), "755").ToArray(), null, s_all);

        Assert.Contains("1.18", Assert.Single(layer.Doubts).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_real_Go_program_is_read()
    {
        // Docker's own programs are there wherever these tests run.
        var program = new[] { "/usr/bin/containerd", "/usr/sbin/runc", "/usr/bin/runc", "/usr/local/bin/docker", "/usr/bin/docker", "/usr/sbin/dockerd", "/usr/bin/dockerd" }
            .First(path => File.Exists(path) && ElfFile.IsOne(Head(path)));
        var packages = Cases.Parse(new Programs(), program, "bin/program");

        Assert.Contains(packages, package => package.Name == "stdlib" && package.Version.StartsWith("1.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("go1.21.3", "1.21.3")]
    [InlineData("go1.21", "1.21.0")]
    [InlineData("go1.22rc2", "1.22.0-rc.2")]
    [InlineData("go1.20.5 X:boringcrypto", "1.20.5")]
    [InlineData("devel +abc", null)]
    public void Gos_versions_become_semantic_ones(string go, string? expected) => Assert.Equal(expected, GoBuildInformation.StandardLibrary(go));

    [Fact]
    public async Task A_Rust_program_tells_the_crates_in_it_but_not_those_that_built_it()
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            zlib.Write("""{"packages":[{"name":"serde","version":"1.0.0"},{"name":"cc","version":"1.0.1","kind":"build"}]}"""u8);

        Assert.Equal(
            ["serde 1.0.0"], Cases.Names(Reading.Layer(new Tar().File("bin/x", await ProgramAsync(".dep-v0", packed.ToArray()), "755").ToArray(), null, s_all).Packages.Single().Value));
    }

    [Fact]
    public async Task Damage_to_a_program_is_never_more_than_a_doubt()
    {
        var program = await ProgramAsync(".go.buildinfo", GoSection("go1.21.3", "mod\ta\tv1.0.0\n"));
        Gen.Select(Gen.Int[0, program.Length - 1].Array[1, 40], Gen.Byte).Sample((places, value) =>
        {
            var bytes = program.ToArray();
            foreach (var place in places)
                bytes[place % (place % 2 == 0 ? 64 : bytes.Length)] = value;
            Reading.Layer(new Tar().File("bin/x", bytes).ToArray(), null, s_all);
        }, iter: 500);
    }

    [Theory]
    [InlineData("scalibr/python-wheelegg", "x.dist-info/METADATA")]
    [InlineData("trivy/python-packaging", "x.dist-info/METADATA")]
    [InlineData("trivy/ruby-gemspec", "specifications/x.gemspec")]
    [InlineData("trivy-analyzer/nodejs-pkg", "node_modules/x/package.json")]
    public void What_other_scanners_find_is_found(string folder, string path)
    {
        foreach (var (id, input, expected, _) in SharedData.IsHere ? Cases.Of(folder).Where(item => File.Exists(item.Input) && !item.Input.EndsWith(".zip", StringComparison.Ordinal)) : [])
        {
            var found = s_all.SelectMany(analyser => Cases.Parse(analyser, input, path)).ToList();
            Assert.True(expected.Count == 0 || expected.SequenceEqual(Cases.Names(found)), $"{id}: {string.Join(", ", expected)} but {string.Join(", ", Cases.Names(found))}");
        }
    }

    private static byte[] Head(string path)
    {
        using (var file = File.OpenRead(path))
        {
            var head = new byte[4];
            file.ReadExactly(head);
            return head;
        }
    }

    private static byte[] GoSection(string version, string modules)
    {
        byte[] marker = [0x30, 0x77, 0xaf, 0x0c, 0x92, 0x74, 0x08, 0x02, 0x41, 0xe1, 0xc1, 0x07, 0xe6, 0xd6, 0x18, 0xe6];
        byte[] text = [.. marker, .. Encoding.UTF8.GetBytes(modules), .. marker];
        byte[] header = [0xff, .. " Go buildinf:"u8, 8, 2, .. new byte[16]];
        return [.. header, .. Varint(version.Length), .. Encoding.UTF8.GetBytes(version), .. Varint(text.Length), .. text];
    }

    private static byte[] Varint(int value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }

    /// <summary>A real program with one more section.</summary>
    private static async Task<byte[]> ProgramAsync(string section, byte[] content)
    {
        using var directory = new TemporaryDirectory();
        var source = directory.Write("a.c", "int main(void) { return 0; }\n");
        var (program, data) = (Path.Combine(directory.Path, "a"), directory.Write("data", content));
        await RunAsync("gcc", "-o", program, source);
        await RunAsync("objcopy", "--add-section", $"{section}={data}", program);
        return await File.ReadAllBytesAsync(program);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    private static byte[] Jar(params (string Name, byte[] Content)[] entries)
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = zip.CreateEntry(name, CompressionLevel.SmallestSize).Open();
                entry.Write(content);
            }
        }
        return stream.ToArray();
    }
}
