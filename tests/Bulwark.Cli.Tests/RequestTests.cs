namespace Bulwark.Cli.Tests;

public sealed class RequestTests
{
    [Theory]
    [InlineData("POST /v1/allow", """{"event":1042}""", "allow", "1042")]
    [InlineData("POST /v1/allow", """{"workload":"shop/web","to":"name:a.example","port":"443/tcp"}""",
        "allow", "shop/web", "--to", "name:a.example", "--port", "443/tcp")]
    [InlineData("POST /v1/allow", """{"workload":"shop/db","from":"shop/web","port":"5432/tcp"}""",
        "allow", "shop/db", "--from", "shop/web", "--port", "5432/tcp")]
    [InlineData("POST /v1/forget", """{"workload":"shop/web","peer":"host","port":"22/tcp","everything":false}""",
        "forget", "shop/web", "--peer", "host", "--port", "22/tcp")]
    [InlineData("POST /v1/forget", """{"workload":"shop/web","everything":true}""", "forget", "shop/web", "--everything", "--yes")]
    [InlineData("POST /v1/allow", """{"workload":"shop/web","privileges":["host-network","mount:/etc:ro"]}""",
        "allow", "shop/web", "--privilege", "host-network", "--privilege", "mount:/etc:ro")]
    [InlineData("POST /v1/forget", """{"workload":"shop/web","privileges":["exec"],"everything":false}""", "forget", "shop/web", "--privilege", "exec")]
    [InlineData("POST /v1/mode", """{"workload":"shop/web","all":false,"mode":"protect","auto":false}""", "mode", "shop/web", "protect")]
    [InlineData("POST /v1/mode", """{"all":true,"mode":"audit","auto":false}""", "mode", "--all", "audit")]
    [InlineData("POST /v1/mode", """{"workload":"shop/web","all":false,"auto":true}""", "mode", "shop/web", "auto")]
    [InlineData("POST /v1/simulate",
        """{"since":"2026-02-28T12:00:00+00:00","workload":"shop/web","allow":[{"workload":"shop/web","to":"shop/db","port":"1/tcp"},{"workload":"shop/db","from":"shop/web","port":"2/tcp"}],"forget":[{"workload":"a","peer":"b","everything":false},{"workload":"c","everything":true}]}""",
        "simulate", "--since", "24h", "--workload", "shop/web", "--allow", "shop/web -> shop/db 1/tcp", "--allow", "shop/db <- shop/web 2/tcp",
        "--forget", "a b", "--forget", "c")]
    [InlineData("GET /v1/events?since=2026-03-01T11%3A50%3A00.0000000Z&verdict=wouldBlock&workload=shop%2Fweb&limit=5", "",
        "events", "--since", "10m", "--verdict", "would-block", "--workload", "shop/web", "--limit", "5")]
    [InlineData("GET /v1/events?since=2026-03-01T10%3A30%3A00.0000000Z", "", "events", "--since", "1h30m")]
    [InlineData("GET /v1/profiles/shop%2Fweb", "", "profile", "shop/web")]
    public async Task A_command_becomes_this_request(string request, string body, params string[] arguments)
    {
        await using var server = await CannedServer.StartAsync();

        await new Shell().RunAsync(server, arguments);

        Assert.Equal([(request, body)], server.Requests);
    }

    [Theory]
    [InlineData("protect", "Workloads to come start in protect and stay there.\n")]
    [InlineData("auto", "Workloads to come start in learn and move on by themselves.\n")]
    public async Task A_mode_for_all_says_what_workloads_to_come_do(string mode, string expected)
    {
        await using var server = await CannedServer.StartAsync();
        var shell = new Shell();

        await shell.RunAsync(server, "mode", "--all", mode);

        Assert.Equal(expected, shell.Error);
    }

    [Fact]
    public async Task A_workload_that_begins_with_an_at_sign_is_no_file_of_arguments()
    {
        await using var server = await CannedServer.StartAsync();

        await new Shell().RunAsync(server, "profile", "@web");

        Assert.Equal("GET /v1/profiles/%40web", server.Requests[0].Request);
    }

    [Theory]
    [InlineData("yes\n", ExitCode.Ok, 1)]
    [InlineData("no\n", ExitCode.Failed, 0)]
    [InlineData("", ExitCode.Failed, 0)]
    public async Task At_a_terminal_forgetting_everything_is_asked_for(string input, int expected, int requests)
    {
        await using var server = await CannedServer.StartAsync();
        var shell = new Shell { IsTerminal = true, Input = input };

        Assert.Equal(expected, await shell.RunAsync(server, "forget", "shop/web", "--everything"));
        Assert.Equal(requests, server.Requests.Count);
    }

    [Fact]
    public async Task Simulate_ends_with_3_if_something_would_have_been_blocked()
    {
        await using var server = await CannedServer.StartAsync();
        var shell = new Shell();

        Assert.Equal(ExitCode.Findings, await shell.RunAsync(server, "simulate"));
        GoldenFile.Check("simulate.txt", shell.Out + shell.Error);
    }

    [Fact]
    public async Task Simulate_ends_with_0_if_nothing_would_have_been_blocked()
    {
        await using var server = await CannedServer.StartAsync();
        server.With("POST /v1/simulate", Sample.Simulated with { Blocked = [], BlockedConnections = 0 });
        var shell = new Shell();

        Assert.Equal(ExitCode.Ok, await shell.RunAsync(server, "simulate"));
        Assert.Equal("", shell.Out);
        Assert.StartsWith("Nothing would have been blocked, of 120,000 connections", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_prints_the_policies_as_the_server_wrote_them()
    {
        await using var server = await CannedServer.StartAsync();
        server.With("GET /v1/export", 200, "text/yaml", "kind: NetworkPolicy\nspec: {}\n");
        var shell = new Shell();

        Assert.Equal(ExitCode.Ok, await shell.RunAsync(server, "export", "--format", "networkpolicy"));
        Assert.Equal("kind: NetworkPolicy\nspec: {}\n", shell.Out);
    }
}
