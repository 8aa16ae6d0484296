using System.Text;
using Bulwark.Images.Archives;
using Bulwark.Images.Layers;
using Bulwark.Images.Sources;
using Bulwark.Images.Tests.Harness;

namespace Bulwark.Images.Tests.Hostile;

/// <summary>Manifests that list more than there is.</summary>
public sealed class HostileManifestTests
{
    private const int Million = 1_000_000;

    [Fact]
    public void A_million_layers_in_a_manifest_are_refused()
    {
        var configuration = "{}"u8.ToArray();
        var name = TestImage.Digest(configuration)["sha256:".Length..];
        var manifest = $$"""[{"Config":"{{name}}.json","Layers":[{{string.Join(',', Enumerable.Repeat("\"\"", Million))}}]}]""";
        var archive = new Tar().File($"{name}.json", configuration).File("manifest.json", manifest).ToArray();
        Refused(() => Reading.Archive(archive));
        // Of what can be gone back in, it is looked at before any layer is.
        Refused(() => new ArchiveStreamReader(new("x"), new([], new())).Read(new MemoryStream(archive), CancellationToken.None));
    }

    [Fact]
    public async Task A_million_layers_in_an_OCI_layout_are_refused()
    {
        var configuration = "{}"u8.ToArray();
        var manifest = Encoding.UTF8.GetBytes($$"""{"config":{"digest":"{{TestImage.Digest(configuration)}}"},"layers":[{{string.Join(',', Enumerable.Repeat("{}", Million))}}]}""");
        var index = $$"""{"manifests":[{"digest":"{{TestImage.Digest(manifest)}}"}]}""";
        var files = new Dictionary<string, byte[]>
        {
            [$"blobs/sha256/{TestImage.Digest(configuration)["sha256:".Length..]}"] = configuration,
            [$"blobs/sha256/{TestImage.Digest(manifest)["sha256:".Length..]}"] = manifest,
            ["index.json"] = Encoding.UTF8.GetBytes(index),
        };
        Refused(() => Reading.Archive(files.Aggregate(new Tar(), (tar, file) => tar.File(file.Key, file.Value)).ToArray()));

        using var directory = new TemporaryDirectory();
        foreach (var (path, bytes) in files)
        {
            var file = Path.Combine(directory.Path, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, bytes);
        }
        var e = await Assert.ThrowsAsync<ImageException>(() => new OciLayoutSource(directory.Path, new("x")).ReadAsync(new([], new()), CancellationToken.None));
        Assert.Contains("more than 512 layers", e.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_that_is_listed_again_and_again_counts_as_often()
    {
        var image = new TestImage();
        var tar = new Tar();
        for (var number = 0; number < 100; number++)
            tar.File($"bin/{number}", "#!", "755");
        var layer = tar.ToArray();
        for (var number = 0; number < 100; number++)
            image.Layer(layer);
        Assert.Equal(100, Reading.Archive(image.DockerArchive()).Layers.Length);
        var e = Assert.Throws<ImageException>(() => Reading.Archive(image.DockerArchive(), limits: new() { KeptBytes = 1 << 20 }));
        Assert.Contains("has to be kept", e.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_layer_as_often_as_an_image_may_list_one_hides_itself_in_one_go()
    {
        var layer = new LayerReader(new([], new())).Read(
            new TarStream(Enumerable.Range(0, 1_000).Select(number => TarStream.Header($"usr/bin/{number}", change: block => block[103] = (byte)'5'))), CancellationToken.None);
        var files = new ImageFileSystem(new("x", "", null, [.. Enumerable.Repeat(layer, new ArchiveLimits().Layers)]));
        Assert.Equal(1_000, Bounded.Run(200, () => files.All(read => read.Files).Count()));
    }

    private static void Refused(Func<Image> read)
    {
        var e = Assert.Throws<ImageException>(() => Bounded.Run(300, read));
        Assert.Contains("more than 512 layers", e.Reason, StringComparison.Ordinal);
    }
}
