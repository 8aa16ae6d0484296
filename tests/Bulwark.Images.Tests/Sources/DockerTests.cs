using System.Diagnostics;
using Bulwark.Images.Running;
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
        var image = await new DockerSource(docker.Endpoint, DockerDaemon.Image).ReadAsync(new([], new()), CancellationToken.None);

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

        var saved = await new ArchiveSource(file, new(file)).ReadAsync(new([], new()), CancellationToken.None);
        var streamed = await new DockerSource(docker.Endpoint, DockerDaemon.Image).ReadAsync(new([], new()), CancellationToken.None);

        Assert.Empty(saved.Doubts);
        Assert.Equal(streamed.Id, saved.Id);
        Assert.Equal(DockerDaemon.Image, saved.Name);
    }

    [Fact]
    public async Task A_name_that_the_daemon_does_not_know_says_how_to_get_the_image()
    {
        var exception = await Assert.ThrowsAsync<ImageException>(
            () => new DockerSource(docker.Endpoint, "no/such:image").ReadAsync(new([], new()), CancellationToken.None));

        Assert.Equal("docker pull no/such:image", exception.Hint);
    }

    [Fact]
    public async Task A_container_is_read_as_it_is_now_running_or_not()
    {
        var id = await docker.StartContainerAsync("looked-into", "", "shop=web");
        await PutAsync(id, new Tar().File("added", "#!", "4755"));

        var running = await new ContainerSource(docker.Endpoint, "looked-into").ReadAsync(new([], new()), CancellationToken.None);
        await docker.Client.StopContainerAsync(id, TimeSpan.Zero);
        var stopped = await new ContainerSource(docker.Endpoint, id).ReadAsync(new([], new()), CancellationToken.None);

        Assert.Equal("container looked-into", running.Name);
        Assert.Empty(running.Layers[0].Doubts);
        Assert.Equal([".dockerenv", "added", "sleep"], running.Layers.Single().Files.Keys.Where(path => !path.Contains('/', StringComparison.Ordinal)).Order());
        Assert.True(running.Layers[0].Files["added"].IsSetUser);
        Assert.Equal("web", running.Configuration!.Labels["shop"]);
        Assert.StartsWith("sha256:", running.Id, StringComparison.Ordinal);
        Assert.Equal(["sleep"], running.Running!.Files);
        Assert.Empty(running.Running.Listening);
        Assert.Null(stopped.Running);
        Assert.Equal(running.Layers[0].Files.Keys.Order(), stopped.Layers[0].Files.Keys.Order());
    }

    [Fact]
    public async Task What_listens_in_a_container_is_seen()
    {
        using var directory = new TemporaryDirectory();
        var source = directory.Write("listen.c", """
            #include <netinet/in.h>
            #include <sys/socket.h>
            #include <unistd.h>
            int main(void) {
                struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(8080) };
                int listening = socket(AF_INET, SOCK_STREAM, 0);
                if (bind(listening, (struct sockaddr *)&any, sizeof any) || listen(listening, 1))
                    return 1;
                for (;;) pause();
            }
            """);
        using (var compiler = Process.Start("gcc", ["-static", "-o", $"{directory.Path}/listen", source]))
            await compiler.WaitForExitAsync();
        var id = await docker.StartContainerAsync("listening", "", "shop=web");
        await PutAsync(id, new Tar().File("usr/bin/listen", await File.ReadAllBytesAsync($"{directory.Path}/listen"), "755"));
        using (var execute = Process.Start("docker", ["-H", docker.Endpoint, "exec", "-d", id, "/usr/bin/listen"]))
            await execute.WaitForExitAsync();

        RunningFiles? running = null;
        for (var tries = 0; tries < 100 && running?.Listening.IsEmpty is not false; tries++)
        {
            await Task.Delay(50);
            running = (await new ContainerSource(docker.Endpoint, id).ReadAsync(new([], new()), CancellationToken.None)).Running;
        }
        Assert.Equal(["usr/bin/listen"], running!.Listening);
        Assert.Equal(["sleep", "usr/bin/listen"], running.Files.Order());
    }

    [Fact]
    public async Task A_container_that_is_not_there_is_an_error_that_says_so() =>
        Assert.Equal("there is no container 'none'", (await Assert.ThrowsAsync<ImageException>(
            () => new ContainerSource(docker.Endpoint, "none").ReadAsync(new([], new()), CancellationToken.None))).Message);

    [Fact]
    public async Task A_daemon_that_is_not_there_is_an_error_that_says_so() =>
        Assert.Contains("nonexistent", (await Assert.ThrowsAsync<ImageException>(
            () => new DockerSource("unix:///nonexistent", "a").ReadAsync(new([], new()), CancellationToken.None))).Reason, StringComparison.Ordinal);

    // What somebody changes in a running container, docker cp changes too.
    private async Task PutAsync(string container, Tar files)
    {
        using var copy = Process.Start(new ProcessStartInfo("docker", ["-H", docker.Endpoint, "cp", "-a", "-", $"{container}:/"]) { RedirectStandardInput = true })!;
        await copy.StandardInput.BaseStream.WriteAsync(files.ToArray());
        copy.StandardInput.Close();
        await copy.WaitForExitAsync();
        Assert.Equal(0, copy.ExitCode);
    }
}
