using System.Buffers.Binary;
using System.Formats.Tar;
using System.Security.Cryptography;
using Bulwark.Images.Advisories.Formats;
using Bulwark.Images.Advisories.Store;
using Bulwark.Images.Jars;
using Bulwark.Images.Packages;
using Bulwark.Images.Tests.Harness;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Bulwark.Images.Tests.Jars;

public sealed class JarTableTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly byte[] s_about = """{"Version":1,"NextUpdate":"2026-02-13T00:00:00Z","UpdatedAt":"2026-02-10T01:02:03.123456789Z"}"""u8.ToArray();

    private readonly TemporaryDirectory _directory = new();

    private string TablePath => Path.Combine(_directory.Path, "advisories.jars");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_is_in_the_database_is_found_by_its_digest_and_nothing_else_is()
    {
        // Enough for pages of pages; ids and lengths of all sizes.
        var jars = Jars(20_000);

        Assert.Equal(jars.Length, Import(JavaDatabase.Write(_directory, jars)));

        using var table = JarTable.Open(TablePath);
        table.Verify();
        Assert.All(jars, jar => Assert.Equal(new Package(PackageKind.Maven, $"{jar.Group}:{jar.Artifact}", jar.Version), table.Find(Key(jar.Sha1))));
        Gen.Byte.Array[20].Sample(other => table.Find(Key(other)) is null, iter: 1000);
        Assert.Null(table.Find(UInt128.MinValue));
        Assert.Null(table.Find(UInt128.MaxValue));
        Assert.Null(table.Find(Key(jars[7].Sha1) + 1));
    }

    [Theory]
    [InlineData("as it is")]
    [InlineData("with its age beside it")]
    [InlineData("gzip")]
    [InlineData("tar")]
    [InlineData("table")]
    public void Each_form_in_which_it_is_passed_on_is_taken(string form)
    {
        var jars = Jars(50);
        var database = JavaDatabase.Write(_directory, jars);
        var old = new DateTime(2026, 1, 5, 0, 0, 0, DateTimeKind.Utc);
        var file = form switch
        {
            "gzip" => _directory.Write("java.db.gz", Gzip(File.ReadAllBytes(database))),
            "tar" => _directory.Write("javadb.tar.gz", Gzip(Packed(("trivy-java.db", File.ReadAllBytes(database)), ("metadata.json", s_about)))),
            _ => database,
        };
        File.SetLastWriteTimeUtc(file, old);
        if (form == "with its age beside it")
            _directory.Write("metadata.json", s_about);
        if (form == "table")
        {
            Import(file);
            file = Path.Combine(_directory.Path, "carried");
            File.Move(TablePath, file);
        }

        Assert.True(JarTableImport.Recognises(file));
        Assert.Equal(50, Import(file));

        using var table = JarTable.Open(TablePath);
        Assert.Equal("1.49", table.Find(Key(jars[49].Sha1))?.Version);
        Assert.Equal(form is "tar" or "with its age beside it" ? "2026-02-10 01:02:03" : "2026-01-05 00:00:00", $"{table.AsOf:yyyy-MM-dd HH:mm:ss}");
        Assert.Equal(s_now, table.Written);
        Assert.DoesNotContain(Directory.GetFiles(_directory.Path), left => left.EndsWith(".new", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_something_else_changes_nothing()
    {
        Import(JavaDatabase.Write(_directory, Jars(3)));
        var before = File.ReadAllBytes(TablePath);
        string[] others =
        [
            _directory.Write("a", "SQLite format 3\0"u8.ToArray()), _directory.Write("b", Gzip(Packed(("other.db", [1, 2])))), _directory.Write("c", [.. before[..^1], (byte)~before[^1]]),
            JavaDatabase.Write(_directory),
        ];
        foreach (var other in others)
        {
            Assert.True(JarTableImport.Recognises(other));
            Assert.True(Record.Exception(() => Import(other)) is AdvisoryFormatException or AdvisoryFileException);
        }
        Assert.Equal(before, File.ReadAllBytes(TablePath));
        Assert.False(JarTableImport.Recognises(_directory.Write("d", "{}")));
        Assert.False(JarTableImport.Recognises(_directory.Write("e", Gzip("CVE-2024-1"u8.ToArray()))));
        Assert.False(JarTableImport.Recognises(_directory.Write("f", [0x1f, 0x8b, 1, 2, 3])));
    }

    [Fact]
    public void Impossible_names_and_digests_are_passed_over()
    {
        var sha1 = SHA1Of(1);
        Assert.Equal(1, Import(JavaDatabase.Write(_directory,
            ("org.a", "b", "1", sha1), ("org.a", "b", "2", sha1[..19]), ("org.a\n", "b", "1", SHA1Of(2)), ("org.a", "b:c", "1", SHA1Of(3)), ("org.a", "b", "", SHA1Of(4)),
            ("org.a", new string('x', 600), "1", SHA1Of(5)), ("org.a", "b", new string('1', 513), SHA1Of(6)))));
    }

    [Fact]
    public void A_damaged_table_never_gives_a_wrong_name()
    {
        var jars = Jars(40);
        Import(JavaDatabase.Write(_directory, jars));
        var whole = File.ReadAllBytes(TablePath);
        var damagedPath = Path.Combine(_directory.Path, "damaged");

        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte[1, 255], Gen.Int[0, 39]).Sample((at, change, index) =>
        {
            var damaged = whole.ToArray();
            damaged[at] ^= change;
            File.WriteAllBytes(damagedPath, damaged);
            try
            {
                using var table = JarTable.Open(damagedPath);
                var found = table.Find(Key(jars[index].Sha1));
                Assert.True(found is null || found == new Package(PackageKind.Maven, $"{jars[index].Group}:{jars[index].Artifact}", jars[index].Version));
                Assert.Throws<AdvisoryFileException>(table.Verify);
            }
            catch (AdvisoryFileException)
            {
                // Noticed.
            }
        }, threads: 1, iter: 2000);
    }

    [Fact]
    public void A_damaged_database_is_an_error_and_no_more()
    {
        var database = JavaDatabase.Write(_directory, Jars(300));
        var whole = File.ReadAllBytes(database);

        Gen.Select(Gen.Int[0, whole.Length - 1].Array[1, 20], Gen.Byte).Sample((places, value) =>
        {
            var damaged = whole.ToArray();
            foreach (var place in places)
                damaged[place % 3 == 0 ? place % 200 : place] = value;
            File.WriteAllBytes(database, damaged);
            try
            {
                Import(database);
            }
            catch (AdvisoryFormatException)
            {
                // Told.
            }
        }, threads: 1, iter: 500);
    }

    private static (string Group, string Artifact, string Version, byte[] Sha1)[] Jars(int count) =>
        [.. Enumerable.Range(0, count).Select(index => ($"org.group{index % 7}", $"artifact-{index % 321}", $"1.{index}{(index % 100 == 99 ? new string('0', 300) : "")}", SHA1Of(index)))];

    private static byte[] SHA1Of(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
#pragma warning disable CA5350 // As Maven's repositories name their files.
        return SHA1.HashData(bytes);
#pragma warning restore CA5350
    }

    private static UInt128 Key(byte[] sha1) => BinaryPrimitives.ReadUInt128BigEndian(sha1);

    private static byte[] Packed(params (string Name, byte[] Content)[] files)
    {
        using var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, TarEntryFormat.Gnu, leaveOpen: true))
        {
            foreach (var (name, content) in files)
                tar.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        }
        return stream.ToArray();
    }

    private static byte[] Gzip(byte[] bytes) => TestImage.Gzip(bytes);

    private int Import(string file) => JarTableImport.Read(file, file, TablePath, new FakeTimeProvider(s_now), CancellationToken.None);
}
