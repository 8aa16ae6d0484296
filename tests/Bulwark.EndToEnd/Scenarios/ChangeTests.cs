using Bulwark.EndToEnd.Harness;
using Bulwark.Model;

namespace Bulwark.EndToEnd.Scenarios;

/// <summary>An application lives on under protection: it changes, grows, and is updated.</summary>
public sealed class ChangeTests(ProtectedShop protectedShop) : IClassFixture<ProtectedShop>
{
    private readonly ThreeTierApplication _shop = protectedShop.Shop;
    private readonly BulwarkProcess _bulwark = protectedShop.Bulwark;
    private readonly DateTimeOffset _started = DateTimeOffset.UtcNow;

    [Fact]
    public async Task A_rare_conversation_is_allowed_by_the_command_that_its_event_names()
    {
        var probe = Probe.Http($"http://{Outside.ApiName}/");
        Assert.False((await _shop.ExecAsync("web", probe)).Succeeded);
        var item = await _bulwark.WaitForBlockedAsync(_started, "shop/web", "out", $"name:{Outside.ApiName}", "80/tcp");

        var allowed = await _bulwark.RunHintAsync(item.Hint);

        Assert.True(allowed.Succeeded, allowed.ToString());
        await Poll.UntilAsync("the conversation works", TimeSpan.FromSeconds(5), async () => (await _shop.ExecAsync("web", probe)).Succeeded);
        Assert.True((await protectedShop.Host.ExecAsync(_shop.Container("web", 2), probe)).Succeeded, "every replica may");
    }

    [Fact]
    public async Task Another_executable_is_allowed_by_the_command_that_its_event_names()
    {
        Assert.False((await _shop.ExecAsync("web", Probe.Tcp("cache", 6379))).Succeeded);
        var item = await _bulwark.WaitForBlockedAsync(_started, "shop/web", "out", "shop/cache", "6379/tcp");

        _ = (await _bulwark.RunHintAsync(item.Hint)).Text;

        Assert.True((await _shop.ExecAsync("web", Probe.Tcp("cache", 6379))).Succeeded, "this one");
        Assert.False((await _shop.ExecAsync("web", "exec 3<>/dev/tcp/cache/6379")).Succeeded, "a third one");
        await _shop.WaitAsync();
    }

    [Fact]
    public async Task Another_executable_takes_the_place_of_a_server_only_by_the_command_that_its_event_names()
    {
        await _shop.RunAsync("cache", 8, [], ["sleep", "infinity"]);
        var container = _shop.Container("cache", 8);
        const string listen = "timeout 1 nc -l -p 6379";

        var refused = await protectedShop.Host.ExecAsync(container, listen);

        Assert.Contains("Operation not permitted", refused.ToString(), StringComparison.Ordinal);
        var item = await _bulwark.WaitForBlockedAsync(_started, "shop/cache", "in", "shop/web", "6379/tcp");
        Assert.Contains("was blocked from listening on 6379/tcp", item.Message, StringComparison.Ordinal);
        Assert.EndsWith("/nc.openbsd", item.Executable, StringComparison.Ordinal);
        Assert.Equal(container, item.Container);
        Assert.Contains(
            (await _bulwark.ExplainAsync(item.Id)).Paragraphs, line => line.StartsWith("Others reach shop/cache on 6379/tcp, where only /", StringComparison.Ordinal));
        _ = (await _bulwark.RunHintAsync(item.Hint)).Text;
        const int stillListening = 124; // of timeout(1)
        Assert.Equal(stillListening, (await protectedShop.Host.ExecAsync(container, listen)).ExitCode);
        await protectedShop.Host.DockerAsync("rm", "-f", container);
        await _shop.WaitAsync();
    }

    [Fact]
    public async Task One_command_allows_a_conversation_between_two_protected_workloads()
    {
        var probe = Probe.Tcp("cache", 6379);
        Assert.False((await _shop.ExecAsync("proxy", probe)).Succeeded);
        var item = await _bulwark.WaitForBlockedAsync(_started, "shop/proxy", "out", "shop/cache", "6379/tcp");

        _ = (await _bulwark.RunHintAsync(item.Hint)).Text;

        await Poll.UntilAsync("the conversation works", TimeSpan.FromSeconds(5), async () => (await _shop.ExecAsync("proxy", probe)).Succeeded);
    }

    [Fact]
    public async Task What_is_forgotten_ends_the_connection_that_it_had_allowed()
    {
        _ = (await _bulwark.RunAsync("allow", "shop/cache", "--to", "shop/db", "--port", "6000/tcp")).Text;
        const string answer =
            """
            exec python3 -c '
            import socket
            c, _ = socket.create_server(("", 6000)).accept()
            while True:
                c.sendall(c.recv(9))
            '
            """;
        await _shop.ExecDetachedAsync("db", answer);
        const string talk =
            """
            exec python3 -c '
            import socket, time
            while True:
                try:
                    s = socket.create_connection(("db", 6000), 1)
                    break
                except OSError:
                    time.sleep(0.1)
            open("/tmp/talk", "w").write("talking")
            try:
                while True:
                    s.sendall(b"hello")
                    s.recv(9)
                    time.sleep(0.1)
            except OSError as error:
                open("/tmp/talk", "w").write("ended: " + str(error))
            '
            """;
        await _shop.ExecDetachedAsync("cache", talk);
        await Poll.UntilAsync("they talk", TimeSpan.FromSeconds(10), async () => (await _shop.ExecAsync("cache", "cat /tmp/talk")).Output == "talking");

        _ = (await _bulwark.RunAsync("forget", "shop/cache", "--peer", "shop/db", "--port", "6000/tcp")).Text;

        await Poll.UntilAsync("the connection is reset", TimeSpan.FromSeconds(10), async () =>
            (await _shop.ExecAsync("cache", "cat /tmp/talk")).Output.Contains("reset", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_new_replica_is_protected_from_its_start()
    {
        await _shop.RunWebAsync(3);

        Assert.False((await protectedShop.Host.ExecAsync(_shop.Container("web", 3), Probe.Tcp("proxy", 80))).Succeeded);
        Assert.True((await protectedShop.Host.ExecAsync(_shop.Container("web", 3), Probe.TcpByPython("db", 5432))).Succeeded);
        var item = await _bulwark.WaitForBlockedAsync(_started, "shop/web", "out", "shop/proxy", "80/tcp");
        Assert.Equal(_shop.Container("web", 3), item.Container);
        await protectedShop.Host.DockerAsync("rm", "-f", _shop.Container("web", 3));
    }

    [Fact]
    public async Task The_first_packets_of_a_starting_container_are_judged()
    {
        var database = await _shop.AddressAsync("db");
        var reached = $"for try in 1 2 3 4 5 6 7 8 9 10; do nc -z -w 1 {database} 5432 && echo reached; done; echo tried; sleep infinity";

        await _shop.RunAsync("cache", 7, [], ["bash", "-c", reached]);

        var container = _shop.Container("cache", 7);
        await Poll.UntilAsync("it tried", TimeSpan.FromSeconds(20), async () =>
            (await protectedShop.Host.DockerAsync("logs", container)).Text.Contains("tried", StringComparison.Ordinal));
        Assert.DoesNotContain("reached", (await protectedShop.Host.DockerAsync("logs", container)).Text, StringComparison.Ordinal);
        await protectedShop.Host.DockerAsync("rm", "-f", container);
    }

    [Fact]
    public async Task A_restarted_container_is_protected_again()
    {
        _ = (await protectedShop.Host.DockerAsync("restart", "-t", "1", _shop.Container("cache"))).Text;

        Assert.False((await _shop.ExecAsync("cache", Probe.Tcp("db", 5432))).Succeeded);
        await _shop.WaitAsync();
    }

    [Fact]
    public async Task An_updated_image_starts_from_the_profile_of_the_one_before()
    {
        const string update = Host.Image + ":2";
        _ = (await protectedShop.Host.DockerAsync("tag", Host.Image, update)).Text;
        _ = (await protectedShop.Host.DockerAsync("rm", "-f", _shop.Container("web", 2))).Text;

        await _shop.RunWebAsync(2, update);

        var workload = await Poll.UntilAsync("the update is seen", TimeSpan.FromSeconds(10), async () =>
            await _bulwark.WorkloadAsync("shop/web") is { } web && web.Containers.Any(each => each.Image == update) ? web : null);
        Assert.Equal(Mode.Protect, workload.Mode);
        Assert.False((await protectedShop.Host.ExecAsync(_shop.Container("web", 2), Probe.Tcp("proxy", 80))).Succeeded);
        Assert.True((await protectedShop.Host.ExecAsync(_shop.Container("web", 2), Probe.TcpByPython("db", 5432))).Succeeded);
    }
}
