using System.Collections.Immutable;
using System.Diagnostics;
using Bulwark.Cli.Completion;

namespace Bulwark.Cli.Tests;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("bulwark pro", "profile")]
    [InlineData("bulwark map -o ", "mermaid")]
    [InlineData("bulwark events --verdict would", "would-block")]
    [InlineData("bulwark mode --all prot", "protect")]
    [InlineData("bulwark completion ", "fish")]
    [InlineData("bulwark help exit", "exit-codes")]
    public async Task Words_that_are_known_complete_without_a_server(string typed, string expected)
    {
        var shell = new Shell { Variables = { ["BULWARK_SOCKET"] = "/nonexistent/s" } };

        Assert.Contains(expected, await SuggestAsync(shell, typed));
    }

    [Theory]
    [InlineData("bulwark profile ", "shop/web")]
    [InlineData("bulwark mode shop/r", "shop/report")]
    [InlineData("bulwark events --workload shop/d", "shop/db")]
    [InlineData("bulwark allow shop/web --to name", "name:api.pay.example")]
    [InlineData("bulwark explain ", "1042")]
    [InlineData("bulwark forget shop/web --port ", "5432/tcp")]
    public async Task Names_complete_from_the_server(string typed, string expected)
    {
        await using var server = await CannedServer.StartAsync();

        Assert.Contains(expected, await SuggestAsync(new Shell { Variables = { ["BULWARK_SOCKET"] = server.Socket } }, typed));
    }

    [Fact]
    public async Task A_name_that_a_shell_would_interpret_is_never_offered()
    {
        await using var server = await CannedServer.StartAsync();
        string[] names = ["$(reboot)", "`id`", "a b", "a;b", "-rf", "*", "\x1b[2J", "good/one"];
        server.With("GET /v1/workloads", names.Select(name => Sample.Workloads[0] with { Name = name }).ToImmutableArray());

        var offered = await SuggestAsync(new Shell { Variables = { ["BULWARK_SOCKET"] = server.Socket } }, "bulwark profile ");

        Assert.Equal(["good/one"], offered.Intersect(names));
    }

    [Fact]
    public async Task A_slow_server_is_not_waited_for()
    {
        await using var server = await CannedServer.StartAsync();
        server.With("GET /v1/workloads", context => Task.Delay(TimeSpan.FromSeconds(20), context.RequestAborted));
        var started = Stopwatch.GetTimestamp();

        await SuggestAsync(new Shell { Variables = { ["BULWARK_SOCKET"] = server.Socket } }, "bulwark profile ");

        // 200 ms are promised; the rest is for a busy machine.
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task There_is_a_script_for_each_shell(string name)
    {
        var shell = new Shell();

        Assert.Equal(ExitCode.Ok, await shell.RunAsync(["completion", name]));
        Assert.Equal(CompletionScripts.For(name), shell.Out);
        Assert.Contains("[suggest:", shell.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bulwark allow x --to name:a", "api.example")]
    [InlineData("/usr/bin/../bin/bulwark allow x --to name:a", "api.example")]
    [InlineData("bulwark sta", "status")]
    public async Task The_bash_script_offers_what_bulwark_suggests(string typed, string expected)
    {
        // A function stands in for the program; it checks that the script asks with the name that the parser skips.
        var script = $$"""
            {{CompletionScripts.For("bash")}}
            ask() { [[ "$2" == "bulwark "* && "$1" == "[suggest:${#2}]" ]] && printf 'name:api.example\nstatus\nzones\n'; }
            bulwark() { ask "$@"; }
            function /usr/bin/../bin/bulwark { ask "$@"; }
            COMP_LINE='{{typed}}' COMP_POINT=${#COMP_LINE} COMP_WORDS=({{typed.Split(' ')[0]}})
            _bulwark
            printf '%s\n' "${COMPREPLY[@]}"
            """;
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true })!;
        var offered = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();

        Assert.Equal(expected, offered.TrimEnd('\n').Replace("name:", "", StringComparison.Ordinal));
    }

    private static async Task<string[]> SuggestAsync(Shell shell, string typed)
    {
        Assert.Equal(ExitCode.Ok, await shell.RunAsync([$"[suggest:{typed.Length}]", typed]));
        return shell.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
