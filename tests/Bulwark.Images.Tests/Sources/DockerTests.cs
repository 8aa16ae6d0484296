using System.Diagnostics;
using Bulwark.Images.Sources;
using Bulwark.Images.Tests.Harness;
using Bulwark.Runtimes.Tests.Docker;

namespace Bulwark.Images.Tests.Sources;

/// <summary>Against a real dockerd.</summary>
public sealed class DockerTests(DockerDaemon docker) : IClassFixture<DockerDaemon>
{
    [Fact]
    public async Task An_image_is_streamed_out_of_the_daemon()
    {
        var image = await new DockerSource(docker.Endpoint, DockerDaemon.Image).ReadAsync([], new(), CancellationToken.None);

        Assert.Empty(image.Doubts);
        Assert.Equal(DockerDaemon.Image, image.Name);
        Assert.True(image.Layers.Single().Files.ContainsKey("sleep"));
    }

    [Fact]
    public async Task What_docker_save_writes_is_the_same_image()
    {
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Path, "saved.tar");
        using (var save = Process.Start("docker", ["-H", docker.Endpoint, "save", "-o", file, DockerDaemon.Image]))
            await save.WaitForExitAsync();

        var saved = await new ArchiveSource(file, new(file)).ReadAsync([], new(), CancellationToken.None);
        var streamed = await new DockerSource(docker.Endpoint, DockerDaemon.Image).ReadAsync([], new(), CancellationToken.None);

        Assert.Empty(saved.Doubts);
        Assert.Equal(streamed.Id, saved.Id);
        Assert.Equal(DockerDaemon.Image, saved.Name);
    }

    [Fact]
    public async Task A_name_that_the_daemon_does_not_know_says_how_to_get_the_image()
    {
        var exception = await Assert.ThrowsAsync<ImageException>(
            () => new DockerSource(docker.Endpoint, "no/such:image").ReadAsync([], new(), CancellationToken.None));

        Assert.Equal("docker pull no/such:image", exception.Hint);
    }

    [Fact]
    public async Task A_daemon_that_is_not_there_is_an_error_that_says_so() =>
        Assert.Contains("nonexistent", (await Assert.ThrowsAsync<ImageException>(
            () => new DockerSource("unix:///nonexistent", "a").ReadAsync([], new(), CancellationToken.None))).Reason, StringComparison.Ordinal);
}
