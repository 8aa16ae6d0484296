using System.Net.Sockets;
using Bulwark.Cli.Hosting.Doctor;

namespace Bulwark.Cli.Tests.Doctor;

/// <summary>The checks that ask somebody: a Docker daemon, a server.</summary>
public sealed class ServiceCheckTests
{
    [Fact]
    public async Task A_daemon_that_answers_is_told_with_its_settings()
    {
        await using var daemon = await CannedServer.StartAsync();
        daemon.With("GET /version", 200, "application/json", """{"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12"}""")
            .With("GET /v1.41/info", 200, "application/json", """{"CgroupDriver":"systemd","CgroupVersion":"2","LiveRestoreEnabled":true}""");

        var check = (await DockerCheck.OfAsync("unix://" + daemon.Socket, CancellationToken.None))[0];

        Assert.Equal(CheckState.Ok, check.State);
        Assert.EndsWith(": Docker 20.10.24, API 1.41, cgroup driver systemd (version 2), live-restore on", check.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_daemon_that_is_not_there_is_waited_for()
    {
        var check = Assert.Single(await DockerCheck.OfAsync("unix:///nonexistent/docker.sock", CancellationToken.None));

        Assert.Equal(CheckState.Warning, check.State);
        Assert.Equal("unix:///nonexistent/docker.sock: there is no such socket; is the daemon running?", check.Found);
    }

    [Fact]
    public async Task An_address_of_no_daemon_keeps_Bulwark_from_running() =>
        Assert.Equal(CheckState.Missing, Assert.Single(await DockerCheck.OfAsync("tcp://localhost:2375", CancellationToken.None)).State);

    [Theory]
    [InlineData("""{"runc":{"path":"runc"},"bulwark":{"path":"/usr/local/libexec/bulwark-runtime"}}""", "bulwark", "Ok", "containers start with bulwark")]
    [InlineData("""{"runc":{"path":"runc"},"strict":{"path":"/usr/local/libexec/bulwark-runtime-closed"}}""", "strict", "Ok", "containers start with strict")]
    [InlineData("""{"b":{"path":"/usr/local/bin/bulwark","runtimeArgs":["runtime","--unanswered=closed"]}}""", "b", "Ok", "containers start with b")]
    [InlineData("""{"runc":{"path":"runc"},"bulwark":{"path":"/usr/local/libexec/bulwark-runtime"}}""", "runc", "Warning", "only containers that are run with --runtime bulwark")]
    [InlineData("""{"runc":{"path":"runc"},"b":{"path":"/usr/local/bin/bulwark"},"none":null}""", "runc", "Warning", "no container waits")]
    public async Task Whether_containers_wait_for_Bulwark_is_told_by_the_daemons_runtimes(string runtimes, string standard, string state, string found)
    {
        await using var daemon = await CannedServer.StartAsync();
        daemon.With("GET /version", 200, "application/json", """{"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12"}""")
            .With("GET /v1.41/info", 200, "application/json", $$"""{"Runtimes":{{runtimes}},"DefaultRuntime":"{{standard}}"}""");

        var check = (await DockerCheck.OfAsync("unix://" + daemon.Socket, CancellationToken.None))[1];

        Assert.Equal(("runtime", Enum.Parse<CheckState>(state)), (check.Name, check.State));
        Assert.Contains(found, check.Found, StringComparison.Ordinal);
        Assert.Equal(check.State == CheckState.Ok, check.Cost.Length == 0);
    }

    [Theory]
    [InlineData("""["bulwark"]""", "Ok", "Docker asks Bulwark")]
    [InlineData("""["another"]""", "Warning", "does not ask")]
    [InlineData("null", "Warning", "does not ask")]
    public async Task Whether_Docker_asks_Bulwark_is_told_by_the_daemons_plugins(string plugins, string state, string found)
    {
        await using var daemon = await CannedServer.StartAsync();
        daemon.With("GET /version", 200, "application/json", """{"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12"}""")
            .With("GET /v1.41/info", 200, "application/json", """{"Plugins":{"Authorization":""" + plugins + "}}");

        var check = (await DockerCheck.OfAsync("unix://" + daemon.Socket, CancellationToken.None))[2];

        Assert.Equal(("authorization", Enum.Parse<CheckState>(state)), (check.Name, check.State));
        Assert.Contains(found, check.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_answers_is_told()
    {
        await using var server = await CannedServer.StartAsync();

        var check = await SocketCheck.OfAsync(server.Socket, CancellationToken.None);

        Assert.Equal((CheckState.Ok, $"Bulwark 0.1.0 answers on {server.Socket}, since 2026-02-26 12:00:00Z"), (check.State, check.Found));
    }

    [Fact]
    public async Task A_socket_that_nobody_listens_on_is_replaced()
    {
        await using var server = await CannedServer.StartAsync();
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(server.Socket + "1"));
            // Renamed, so that closing does not remove it.
            File.Move(server.Socket + "1", server.Socket + "2");
        }

        var check = await SocketCheck.OfAsync(server.Socket + "2", CancellationToken.None);

        Assert.Equal(CheckState.Ok, check.State);
        Assert.Contains("left by a server that ended", check.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_who_hangs_up_is_told_of_but_is_no_proof_that_Bulwark_cannot_run()
    {
        await using var server = await CannedServer.StartAsync();
        server.With("GET /v1/status", context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });

        Assert.Equal(CheckState.Warning, (await SocketCheck.OfAsync(server.Socket, CancellationToken.None)).State);
    }

    [Fact]
    public async Task Something_else_on_the_socket_keeps_Bulwark_from_running()
    {
        await using var server = await CannedServer.StartAsync();
        server.With("GET /v1/status", 200, "text/html", "<html>");

        Assert.Equal(CheckState.Missing, (await SocketCheck.OfAsync(server.Socket, CancellationToken.None)).State);
    }
}
