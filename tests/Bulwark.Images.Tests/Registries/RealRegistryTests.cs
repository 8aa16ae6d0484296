using System.Text.Json.Nodes;
using Bulwark.Images.Layers;
using Bulwark.Images.Registries;
using Bulwark.Images.Scanning;
using Bulwark.Images.Sources;
using Bulwark.Images.Tests.Harness;

namespace Bulwark.Images.Tests.Registries;

/// <summary>Against a real docker-registry, over TLS.</summary>
public sealed class RealRegistryTests(RegistryDaemon registry) : IClassFixture<RegistryDaemon>
{
    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public async Task An_image_is_read_layer_by_layer(string packing)
    {
        await registry.PushAsync("shop/web", packing, Image("a", "b", "c", "d", "e"), packing == "gzip" ? TestImage.Gzip : TestImage.Zstd);
        var image = await ReadAsync($"shop/web:{packing}");

        Assert.Empty(image.Doubts);
        Assert.Equal(["a", "b", "c", "d", "e"], image.Layers.Select(layer => Assert.Single(layer.Files).Key));
        Assert.Equal(image.Configuration!.DiffIds, image.Layers.Select(layer => layer.DiffId));
    }

    [Fact]
    public async Task The_same_image_is_the_same_wherever_it_is_read_from()
    {
        var image = Image("a", "b");
        var digest = await registry.PushAsync("same", "1", image, TestImage.Gzip);

        var pulled = await ReadAsync("same:1");
        Assert.Equal(Reading.Archive(image.DockerArchive()).Id, pulled.Id);
        Assert.Equal(pulled.Id, (await ReadAsync($"same@{digest}")).Id);
        Assert.Equal($"registry {registry.Host}, {digest}", pulled.Origin);
    }

    [Theory]
    [InlineData("application/vnd.oci.image.index.v1+json")]
    [InlineData("application/vnd.docker.distribution.manifest.list.v2+json")]
    public async Task The_platform_that_is_meant_is_chosen(string mediaType)
    {
        var here = await registry.PushAsync("multi", "here", Image("here"));
        var there = await registry.PushAsync("multi", "there", Image("there"));
        await registry.PutAsync("multi", "1", new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = mediaType,
            ["manifests"] = new JsonArray(Entry(here, "amd64"), Entry(there, "arm64"), Entry(here, "unknown", "unknown")),
        });

        Assert.True((await ReadAsync("multi:1", new("linux", "amd64"))).Layers[0].Files.ContainsKey("here"));
        var exception = await Assert.ThrowsAsync<ImageException>(() => ReadAsync("multi:1", new("linux", "s390x")));
        Assert.Contains("no image for linux/s390x; it has: linux/amd64, linux/arm64", exception.Reason.Replace(" linux", " linux", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_for_another_platform_is_not_taken_for_the_one_that_was_asked_for()
    {
        await registry.PushAsync("single", "1", Image("a"));

        var exception = await Assert.ThrowsAsync<ImageException>(() => ReadAsync("single:1", new("linux", "arm64")));
        Assert.Contains("it has: linux/amd64", exception.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_has_no_credentials_is_told_to_log_in()
    {
        await registry.PushAsync("secret", "1", Image("a"));

        var exception = await Assert.ThrowsAsync<ImageException>(() => ReadAsync("secret:1", options: registry.Trusting));
        Assert.Equal($"docker login {registry.Host}", exception.Hint);
        Assert.Contains("401", exception.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_an_authority_that_nobody_trusts_is_refused_on_this_machine_too()
    {
        var exception = await Assert.ThrowsAsync<ImageException>(() => ReadAsync("any:1", options: registry.Options with { CertificateDirectories = [] }));
        Assert.Contains("certificate", exception.Reason, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("certs.d", exception.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_authority_does_not_vouch_for_another_name()
    {
        var address = registry.Host.Replace("localhost", "127.0.0.1", StringComparison.Ordinal);
        using var directory = new TemporaryDirectory();
        directory.Write($"{address}/ca.crt", await File.ReadAllBytesAsync(Directory.GetFiles(Path.Combine(registry.Options.CertificateDirectories[0], registry.Host))[0]));

        await Assert.ThrowsAsync<ImageException>(() => new RegistrySource(
            ImageReference.Parse($"{address}/any:1")!, null, registry.Options with { CertificateDirectories = [directory.Path] }).ReadAsync(new([], new()), CancellationToken.None));
    }

    [Fact]
    public async Task What_is_not_there_is_told()
    {
        var exception = await Assert.ThrowsAsync<ImageException>(() => ReadAsync("no/such:1"));
        Assert.Contains("404", exception.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_layer_that_was_changed_in_the_registry_is_told_and_grave()
    {
        var image = Image("a", "b");
        await registry.PushAsync("changed", "1", image);
        var other = new Tar().File("b", "#!", "755").File("x", "").ToArray();
        var digest = (await ReadAsync("changed:1")).Layers[1].BlobDigest;
        await File.WriteAllBytesAsync(registry.FileOf(digest), other[..(int)new FileInfo(registry.FileOf(digest)).Length]);

        var doubts = (await ReadAsync("changed:1")) is var read ? read.Doubts.Concat(read.Layers.SelectMany(layer => layer.Doubts)) : [];
        Assert.Contains(doubts, doubt => doubt.Kind == CannotTellKind.Layer);
    }

    [Fact]
    public async Task A_name_with_a_registry_in_it_is_asked_of_the_registry_if_Docker_is_not_there()
    {
        await registry.PushAsync("fallback", "1", Image("a"));

        var result = await ImageScanner.ScanAsync(
            ImageTarget.Open($"{registry.Host}/fallback:1", "unix:///nonexistent.sock", registries: registry.Options), null, new(), TimeProvider.System, CancellationToken.None);
        Assert.StartsWith("registry ", result.Origin, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mirror_is_asked_first_and_passed_over_if_it_fails_and_gets_no_credentials()
    {
        await registry.PushAsync("mirrored", "1", Image("a"));
        await using var mirror = new StubServer(_ => StubServer.Answer("", "503 Service Unavailable"));

        var image = await ReadAsync("mirrored:1", options: registry.Options with { Mirrors = [new(registry.Host, new($"http://{mirror.Host}")), new("other", new("https://x"))] });
        Assert.Empty(image.Doubts);
        Assert.NotEmpty(mirror.Requests);
        Assert.All(mirror.Requests, request => Assert.Null(StubServer.Header(request, "Authorization")));
    }

    private Task<Image> ReadAsync(string name, Platform? platform = null, RegistryOptions? options = null, params IFileAnalyser[] analysers) =>
        new RegistrySource(ImageReference.Parse($"{registry.Host}/{name}")!, platform, options ?? registry.Options).ReadAsync(new(analysers, new()), CancellationToken.None);

    private static JsonObject Entry(string digest, string architecture, string system = "linux") => new()
    {
        ["mediaType"] = "application/vnd.oci.image.manifest.v1+json",
        ["digest"] = digest,
        ["size"] = 1,
        ["platform"] = new JsonObject { ["architecture"] = architecture, ["os"] = system },
    };

    private static TestImage Image(params string[] programs) => programs.Aggregate(new TestImage(), (image, program) => image.Layer(new Tar().File(program, "#!", "755")));
}
