using Bulwark.EndToEnd.Harness;

namespace Bulwark.EndToEnd.Scenarios;

/// <summary>An intruder in one container of a learnt application: what it reaches, and what it is told of.</summary>
public sealed class ProtectionTests(ProtectedShop protectedShop) : IClassFixture<ProtectedShop>
{
    private readonly ThreeTierApplication _shop = protectedShop.Shop;
    private readonly BulwarkProcess _bulwark = protectedShop.Bulwark;

    // Equal attempts are told once a second: one of the test before may stand for this one's.
    private readonly DateTimeOffset _started = DateTimeOffset.UtcNow - TimeSpan.FromSeconds(1);

    [Fact]
    public async Task The_application_goes_on_to_serve_its_users()
    {
        var before = DateTimeOffset.UtcNow;
        for (var visit = 0; visit < 10; visit++)
            Assert.Contains("visits", (await _shop.VisitAsync()).Text, StringComparison.Ordinal);
        Assert.Empty((await _bulwark.EventsAsync(before)).Where(item => item.Verdict == Model.Verdict.Blocked));
    }

    [Fact]
    public async Task The_map_shows_the_application_as_it_is()
    {
        var map = await _bulwark.MapAsync();

        string[] expected =
        [
            "shop/proxy -> shop/web 8000/tcp", "shop/web -> shop/db 5432/tcp", "shop/web -> shop/cache 6379/tcp",
            $"shop/web -> name:{Outside.DatabaseAlias} 5432/tcp",
        ];
        // Attempts of other tests are on the map too, as blocked.
        var edges = map.Conversations.Where(each => each.Verdict == Model.Verdict.Allowed).Select(each => $"{each.Client} -> {each.Server} {each.Port}").ToList();
        foreach (var edge in expected)
            Assert.Contains(edge, edges);
        Assert.DoesNotContain(edges, edge => edge.Contains("shop/", StringComparison.Ordinal) && edge.Contains("blog/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("shop/proxy", "shop/web", "8000/tcp", "http", "nginx", "python")]
    [InlineData("shop/web", "shop/db", "5432/tcp", "postgresql", "python", "postgres")]
    [InlineData("shop/web", "shop/cache", "6379/tcp", "redis", "python", "redis")]
    public async Task The_map_tells_what_is_spoken_by_which_programs_and_how_much(
        string client, string server, string port, string protocol, string clientProgram, string serverProgram)
    {
        var seen = Assert.Single((await _bulwark.MapAsync()).Conversations, each => each.Client == client && each.Server == server && each.Port == port);

        Assert.Equal(protocol, seen.Protocol);
        Assert.Contains(seen.ClientExecutables, path => path.Contains(clientProgram, StringComparison.Ordinal));
        Assert.Contains(seen.ServerExecutables, path => path.Contains(serverProgram, StringComparison.Ordinal));
        // A connection of TCP takes three packets of at least 40 bytes before it carries anything.
        Assert.True(seen.BytesToServer > seen.Connections * 80, $"{seen.BytesToServer} bytes of {seen.Connections} connections");
        Assert.True(seen.BytesToClient > seen.Connections * 40, $"{seen.BytesToClient} bytes of {seen.Connections} connections");
        Assert.True(seen.FirstSeen < seen.LastSeen);
    }

    [Fact]
    public async Task What_was_learnt_would_not_have_been_blocked_and_what_is_forgotten_would()
    {
        var asIs = await _bulwark.RunAsync("simulate", "--since", "10m", "--workload", "shop/web");
        var without = await _bulwark.RunAsync("simulate", "--since", "10m", "--forget", "shop/web shop/db 5432/tcp");

        Assert.True(asIs.Succeeded, asIs.ToString());
        Assert.Equal(3, without.ExitCode);
        Assert.Contains("shop/db", without.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_and_its_neighbour_are_in_different_zones()
    {
        var zones = await _bulwark.ZonesAsync();

        var zone = Assert.Single(zones, zone => zone.Members.Any(member => member.Peer == "shop/db"));
        Assert.Contains(zone.Members, member => member.Peer == "shop/web");
        Assert.DoesNotContain(zone.Members, member => member.Peer.StartsWith("blog/", StringComparison.Ordinal));
    }

    [Fact]
    public Task Cache_does_not_reach_the_database() => BlockedAsync("cache", Probe.Tcp("db", 5432), "shop/db", "5432/tcp");

    [Fact]
    public async Task Cache_does_not_reach_the_database_by_IPv6() =>
        await BlockedAsync("cache", Probe.Tcp(await _shop.Address6Async("db"), 5432), "shop/db", "5432/tcp");

    [Fact]
    public Task Web_does_not_reach_another_port_of_the_database() => BlockedAsync("web", Probe.Tcp("db", 22), "shop/db", "22/tcp");

    [Fact]
    public Task Web_does_not_reach_the_proxy_though_the_proxy_reaches_web() => BlockedAsync("web", Probe.Tcp("proxy", 80), "shop/proxy", "80/tcp");

    [Fact]
    public Task Proxy_does_not_go_round_web_to_the_database() => BlockedAsync("proxy", Probe.Tcp("db", 5432), "shop/db", "5432/tcp");

    [Fact]
    public async Task One_replica_of_web_does_not_reach_the_other() =>
        await BlockedAsync("web", Probe.Tcp(await _shop.AddressAsync("web", 2), 8000), "shop/web", "8000/tcp");

    [Fact]
    public Task Web_does_not_reach_an_address_in_the_world() =>
        BlockedAsync("web", Probe.Tcp(Outside.StrangerAddress, 443), $"range:{Outside.StrangerAddress}/32", "443/tcp");

    [Fact]
    public Task Web_does_not_reach_an_IPv6_address_in_the_world() =>
        BlockedAsync("web", Probe.Tcp(Outside.StrangerAddress6, 443), $"range:{Outside.StrangerAddress6}/128", "443/tcp");

    [Fact]
    public Task Web_does_not_reach_a_name_in_the_world_and_the_event_tells_the_name() =>
        BlockedAsync("web", Probe.Http($"http://{Outside.StrangerName}/"), $"name:{Outside.StrangerName}", "80/tcp");

    [Fact]
    public Task Web_does_not_reach_another_port_of_the_external_database() =>
        BlockedAsync("web", Probe.Tcp(Outside.DatabaseAlias, 443), $"name:{Outside.DatabaseAlias}", "443/tcp");

    [Fact]
    public async Task Web_still_reaches_the_external_database() =>
        Assert.True((await _shop.ExecAsync("web", Probe.TcpByPython(Outside.DatabaseAlias, Outside.DatabasePort))).Succeeded);

    [Theory]
    [InlineData("db", "shop/db")]
    [InlineData(Outside.DatabaseAlias, "name:" + Outside.DatabaseAlias)]
    public async Task A_tool_in_web_does_not_open_what_only_the_application_may(string host, string peer)
    {
        var result = await _shop.ExecAsync("web", $"nc -v -z -w 2 {host} 5432");

        Assert.False(result.Succeeded, result.ToString());
        Assert.Contains("Operation not permitted", result.ToString(), StringComparison.Ordinal);
        var item = await _bulwark.WaitForBlockedAsync(_started, "shop/web", "out", peer, "5432/tcp");
        Assert.Equal("executable", item.Reason);
        Assert.Equal(_shop.Container("web"), item.Container);
        Assert.EndsWith("/nc.openbsd", item.Executable, StringComparison.Ordinal);
        Assert.Contains(item.Executable, item.Hint, StringComparison.Ordinal);
        Assert.Contains((await _bulwark.ExplainAsync(item.Id)).Paragraphs, line => line.Contains("python3", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Packets_that_a_program_writes_itself_do_not_open_what_only_the_application_may()
    {
        var send =
            $"""
            python3 -c '
            from socket import *
            syn = bytes.fromhex("30391538000000010000000050021000") + bytes(4)
            socket(AF_INET, SOCK_RAW, IPPROTO_TCP).sendto(syn, ("{await _shop.AddressAsync("db")}", 0))
            '
            """;

        Assert.True((await _shop.ExecAsync("web", send)).Succeeded);

        var item = await _bulwark.WaitForBlockedAsync(_started, "shop/web", "out", "shop/db", "5432/tcp");
        Assert.Equal(("executable", ""), (item.Reason, item.Executable));
    }

    [Fact]
    public Task Web_does_not_send_datagrams_to_the_world() =>
        BlockedAsync("web", Probe.Udp(Outside.StrangerAddress, 4444), $"range:{Outside.StrangerAddress}/32", "4444/udp");

    [Fact]
    public Task Web_does_not_send_datagrams_to_the_world_by_IPv6() =>
        BlockedAsync("web", Probe.Udp(Outside.StrangerAddress6, 4444), $"range:{Outside.StrangerAddress6}/128", "4444/udp");

    [Fact]
    public async Task Web_does_not_send_datagrams_to_the_cache()
    {
        await _shop.ExecDetachedAsync("cache", Probe.UdpEchoServer(5000));

        await BlockedAsync("web", Probe.Udp("cache", 5000), "shop/cache", "5000/udp");
    }

    [Fact]
    public Task Web_does_not_ping_the_world() =>
        BlockedAsync("web", Probe.Ping(Outside.StrangerAddress), $"range:{Outside.StrangerAddress}/32", "8/icmp");

    [Fact]
    public async Task Web_does_not_ping_the_proxy() => await BlockedAsync("web", Probe.Ping(await _shop.AddressAsync("proxy")), "shop/proxy", "8/icmp");

    [Fact]
    public async Task Web_does_not_ping_the_proxy_by_IPv6() =>
        await BlockedAsync("web", Probe.Ping(await _shop.Address6Async("proxy")), "shop/proxy", "128/icmpv6");

    [Fact]
    public async Task Web_does_not_reach_the_database_of_another_application()
    {
        // Docker keeps networks of different projects apart by itself; on a network in common only Bulwark does.
        await protectedShop.Host.DockerAsync("network", "connect", "blog_default", _shop.Container("web"));
        try
        {
            await BlockedAsync("web", Probe.Tcp(await protectedShop.Other.AddressAsync("db"), 5432), "blog/db", "5432/tcp");
        }
        finally
        {
            await protectedShop.Host.DockerAsync("network", "disconnect", "blog_default", _shop.Container("web"));
        }
    }

    [Fact]
    public async Task A_blocked_connection_fails_at_once_instead_of_hanging()
    {
        var result = await _shop.ExecAsync("cache", $"nc -v -z -w 20 {await _shop.AddressAsync("db")} 5432");

        Assert.Contains("refused", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_explains_itself()
    {
        await _shop.ExecAsync("cache", Probe.Tcp("db", 5432));
        var item = await _bulwark.WaitForBlockedAsync(_started, "shop/cache", "out", "shop/db", "5432/tcp");

        var explained = await _bulwark.ExplainAsync(item.Id);

        Assert.Equal(_shop.Container("cache"), item.Container);
        Assert.EndsWith("/nc.openbsd", item.Executable, StringComparison.Ordinal);
        Assert.True(item.ProcessId > 0);
        Assert.NotEmpty(item.Message);
        Assert.NotEmpty(explained.Paragraphs);
    }

    // Proves that the probe fails in a container of the service, and that it is told of under the right names.
    private async Task BlockedAsync(string service, string probe, string peer, string port)
    {
        var result = await _shop.ExecAsync(service, probe);

        Assert.False(result.Succeeded, result.ToString());
        var item = await _bulwark.WaitForBlockedAsync(_started, _shop.Workload(service), "out", peer, port);
        Assert.Equal(_shop.Container(service), item.Container);
        Assert.StartsWith("bulwark allow", item.Hint, StringComparison.Ordinal);
    }
}
