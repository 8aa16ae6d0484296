namespace Bulwark.Cli.Tests;

public sealed class ListingTests
{
    [Theory]
    [InlineData("status.txt", "status")]
    [InlineData("status-verbose.txt", "status", "-v")]
    [InlineData("workloads.txt", "workloads")]
    [InlineData("workloads.json", "workloads", "-o", "json")]
    [InlineData("map.txt", "map")]
    [InlineData("map.json", "map", "-o", "json")]
    [InlineData("map.dot", "map", "-o", "dot")]
    [InlineData("map.mermaid", "map", "-o", "mermaid")]
    [InlineData("zones.txt", "zones")]
    [InlineData("profile.txt", "profile", "shop/web")]
    [InlineData("profile.json", "profile", "shop/web", "-o", "json")]
    [InlineData("events.txt", "events")]
    [InlineData("events.json", "events", "-o", "json")]
    [InlineData("explain.txt", "explain", "1042")]
    [InlineData("allow.txt", "allow", "1042")]
    [InlineData("forget.txt", "forget", "shop/web", "--peer", "name:api.pay.example")]
    [InlineData("mode.txt", "mode", "shop/report", "protect")]
    public async Task A_piped_command_prints_its_golden_output(string golden, params string[] arguments)
    {
        await using var server = await CannedServer.StartAsync();
        var shell = new Shell();

        Assert.Equal(ExitCode.Ok, await shell.RunAsync(server, arguments));
        Assert.Equal("", shell.Error);
        GoldenFile.Check(golden, shell.Out);
    }

    [Theory]
    [InlineData("map-terminal.txt", "map")]
    [InlineData("events-terminal.txt", "events")]
    [InlineData("explain-terminal.txt", "explain", "1042")]
    public async Task A_command_at_a_terminal_prints_its_golden_output(string golden, params string[] arguments)
    {
        await using var server = await CannedServer.StartAsync();
        var shell = new Shell { IsTerminal = true, Width = 120, Variables = { ["NO_COLOR"] = "1" } };

        Assert.Equal(ExitCode.Ok, await shell.RunAsync(server, arguments));
        GoldenFile.Check(golden, shell.Out);
    }

    [Fact]
    public async Task Only_columns_of_lesser_weight_are_cut_to_fit_a_narrow_terminal()
    {
        await using var server = await CannedServer.StartAsync();
        var shell = new Shell { IsTerminal = true, Width = 90, Variables = { ["NO_COLOR"] = "1" } };

        await shell.RunAsync(server, "events");

        Assert.Contains('…', shell.Out);
        Assert.Contains("shop/report (172.18.0.5) 5432/tcp", shell.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_line_ends_in_blanks()
    {
        await using var server = await CannedServer.StartAsync();
        var shell = new Shell();

        foreach (var command in new[] { "status", "map", "zones", "workloads", "events" })
        {
            await shell.RunAsync(server, command);
            Assert.DoesNotContain(shell.Out.Split('\n'), line => line.EndsWith(' '));
        }
    }

    [Fact]
    public async Task No_headers_leaves_data_only()
    {
        await using var server = await CannedServer.StartAsync();
        var shell = new Shell();

        await shell.RunAsync(server, "workloads", "--no-headers");

        Assert.Equal(Sample.Workloads.Length, shell.Out.TrimEnd('\n').Split('\n').Length);
    }

    [Theory]
    [InlineData(true, "auto", "", "xterm", true)]
    [InlineData(true, "auto", "1", "xterm", false)]
    [InlineData(true, "auto", "", "dumb", false)]
    [InlineData(false, "auto", "", "xterm", false)]
    [InlineData(true, "never", "", "xterm", false)]
    [InlineData(false, "always", "1", "dumb", true)]
    public async Task Colour_follows_the_option_then_NO_COLOR_TERM_and_the_terminal(
        bool terminal, string choice, string noColour, string term, bool expected)
    {
        await using var server = await CannedServer.StartAsync();
        var shell = new Shell { IsTerminal = terminal, Variables = { ["NO_COLOR"] = noColour, ["TERM"] = term } };

        await shell.RunAsync(server, "map", "--color", choice);

        Assert.Equal(expected, shell.Out.Contains('\x1b'));
    }

    [Fact]
    public async Task An_empty_listing_says_so_on_standard_error_only()
    {
        await using var server = await CannedServer.StartAsync();
        server.With("GET /v1/zones", System.Collections.Immutable.ImmutableArray<Bulwark.Server.Api.Contracts.ZoneReport>.Empty);
        var shell = new Shell();

        Assert.Equal(ExitCode.Ok, await shell.RunAsync(server, "zones"));
        Assert.Equal("", shell.Out);
        Assert.StartsWith("No zones yet", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quiet_silences_notes_but_not_errors()
    {
        await using var server = await CannedServer.StartAsync();
        server.With("GET /v1/zones", System.Collections.Immutable.ImmutableArray<Bulwark.Server.Api.Contracts.ZoneReport>.Empty);
        var shell = new Shell();

        await shell.RunAsync(server, "zones", "-q");
        Assert.Equal("", shell.Error);
        await shell.RunAsync(server, "profile", "nobody", "-q");
        Assert.StartsWith("error: ", shell.Error, StringComparison.Ordinal);
    }
}
