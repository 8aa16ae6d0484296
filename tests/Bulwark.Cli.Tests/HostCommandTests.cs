using Bulwark.Cli.Hosting;

namespace Bulwark.Cli.Tests;

public sealed class HostCommandTests
{
    [Fact]
    public async Task Up_without_options_takes_the_defaults()
    {
        var host = new FakeHost();

        Assert.Equal(ExitCode.Ok, await new Shell { Host = host }.RunAsync(["up"]));
        var asked = Assert.IsType<UpOptions>(host.Asked);
        Assert.Equal(["unix:///var/run/docker.sock"], asked.DockerSockets);
        Assert.Equal(new UpOptions { DockerSockets = asked.DockerSockets }, asked);
    }

    [Fact]
    public async Task Up_passes_every_option_on()
    {
        var host = new FakeHost();

        await new Shell { Host = host }.RunAsync(
        [
            "up", "--docker", "unix:///a", "--docker", "unix:///b", "--auto=off", "--data-directory", "/d", "--config", "/c", "--bpf-root", "/b",
            "--socket", "/s", "-v",
        ]);

        var asked = Assert.IsType<UpOptions>(host.Asked);
        Assert.Equal(["unix:///a", "unix:///b"], asked.DockerSockets);
        Assert.Equal(
            new UpOptions
            {
                DockerSockets = asked.DockerSockets,
                Auto = false,
                DataDirectory = "/d",
                Config = "/c",
                BpfRoot = "/b",
                Socket = "/s",
                Verbose = true,
            },
            asked);
    }

    [Fact]
    public async Task The_host_decides_the_exit_code()
    {
        Assert.Equal(ExitCode.Findings, await new Shell { Host = new FakeHost { Answer = ExitCode.Findings } }.RunAsync(["doctor"]));
    }

    [Fact]
    public async Task Demo_passes_its_options_on()
    {
        var host = new FakeHost();

        await new Shell { Host = host }.RunAsync(["demo", "--keep", "--remove", "--docker", "unix:///a"]);

        Assert.Equal(new DemoOptions { Keep = true, Remove = true, DockerSocket = "unix:///a" }, host.Asked);
    }

    [Fact]
    public async Task Down_without_a_server_cleans_up_itself()
    {
        var host = new FakeHost();

        Assert.Equal(ExitCode.Ok, await new Shell { Host = host }.RunAsync(["down", "--socket", "/nonexistent/s", "--bpf-root", "/b"]));
        Assert.Equal(new DownOptions { Socket = "/nonexistent/s", BpfRoot = "/b" }, host.Asked);
    }

    [Fact]
    public async Task Down_waits_for_a_server_that_hangs_up_instead_of_answering_and_then_cleans_up()
    {
        await using var server = await CannedServer.StartAsync();
        server.With("POST /v1/down", context =>
        {
            context.Abort();
            _ = Task.Run(async () =>
            {
                await Task.Delay(500);
                await server.StopAsync();
            });
            return Task.CompletedTask;
        });
        var host = new FakeHost();
        var shell = new Shell { Host = host };

        Assert.Equal(ExitCode.Ok, await shell.RunAsync(server, "down"));
        Assert.IsType<DownOptions>(host.Asked);
        Assert.StartsWith("The server broke the connection before it answered (", shell.Error, StringComparison.Ordinal);
        Assert.True(server.Requests.Count > 1, "it was asked whether it is still there");
    }

    [Fact]
    public async Task Down_with_a_server_asks_it_and_waits_for_its_end()
    {
        await using var server = await CannedServer.StartAsync();
        server.With("POST /v1/down", context =>
        {
            context.Response.StatusCode = 202;
            // Only once the answer is out: a server that ends before it has answered is another story.
            context.Response.OnCompleted(() =>
            {
                _ = Task.Run(server.StopAsync);
                return Task.CompletedTask;
            });
            return Task.CompletedTask;
        });
        var (host, shell) = (new FakeHost(), new Shell());

        Assert.Equal(ExitCode.Ok, await shell.RunAsync(server, "down"));
        Assert.Null(host.Asked);
        Assert.StartsWith("Bulwark is down.", shell.Error, StringComparison.Ordinal);
    }
}
