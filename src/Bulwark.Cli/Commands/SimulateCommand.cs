using System.CommandLine;
using Bulwark.Cli.Help;
using Bulwark.Cli.Output;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark simulate</c>.</summary>
internal static class SimulateCommand
{
    public static Command Create(CommandLine line)
    {
        var output = OutputOption.Create();
        var since = new Option<string>("--since") { Description = "From then on: 24h, 7d, 2026-03-01T12:00:00Z", HelpName = "TIME" };
        var until = new Option<string>("--until") { Description = "Up to then", HelpName = "TIME" };
        var workload = new Option<string>("--workload") { Description = "Only this workload", HelpName = "WORKLOAD" };
        workload.CompletionSources.Add(line.Completions.Workloads);
        var allow = new Option<string[]>("--allow") { Description = "As if this were allowed: 'shop/web -> shop/db 5432/tcp'; repeatable", HelpName = "ENTRY" };
        var forget = new Option<string[]>("--forget")
        {
            Description = "As if this were forgotten: 'shop/web shop/db 5432/tcp', 'shop/web shop/db', or 'shop/web' for all; repeatable",
            HelpName = "ENTRY",
        };
        var command = new CliCommand("simulate", "What the profiles, or a change to them, would have blocked in the past; ends with 3 if anything")
        {
            Group = CommandGroup.Change,
            Examples =
            [
                "bulwark simulate --since 7d", "bulwark simulate --workload shop/web --forget 'shop/web name:old.example.com'",
                "bulwark simulate --since 24h --allow 'shop/web -> shop/cache 6379/tcp'",
            ],
            Options = { since, until, workload, allow, forget, output },
        };
        line.OnRun(command, async (invocation, cancel) =>
        {
            var clock = invocation.Terminal.Clock;
            var request = new SimulateRequest
            {
                Since = Moment.Read(invocation.Value(since), "--since", clock),
                Until = Moment.Read(invocation.Value(until), "--until", clock),
                Workload = invocation.Value(workload),
                Allow = [.. (invocation.Value(allow) ?? []).Select(Entry.ReadAllowed)],
                Forget = [.. (invocation.Value(forget) ?? []).Select(Entry.ReadForgotten)],
            };
            if (request.Since >= request.Until)
                throw new UsageFailure("--since is not before --until") { Hint = "bulwark simulate --since 24h --until 1h" };
            var report = await invocation.WaitAsync("Replaying the past", invocation.Client.SimulateAsync(request, cancel)).ConfigureAwait(false);
            if (!invocation.WroteJson(output, report))
                Write(report, invocation.Screen);
            return report.Blocked.IsEmpty ? ExitCode.Ok : ExitCode.Findings;
        });
        return command;
    }

    private static void Write(SimulateReport report, Screen screen)
    {
        var listing = new Listing(
            new("WORKLOAD"), new(""), new("PEER"), new("PORT"), new("CONNECTIONS", Right: true), new("FIRST", Right: true),
            new("LAST", Right: true), new("REASON", Shrinks: true));
        foreach (var block in report.Blocked)
        {
            listing.Row(
                block.Workload, Cell.Faint(Words.Arrow(block.Direction)), block.Peer, block.Port, Cell.Count(block.Connections, Tone.Warning),
                Cell.Faint(Words.Ago(block.FirstSeen, screen.Clock)), Cell.Faint(Words.Ago(block.LastSeen, screen.Clock)), block.Reason);
        }
        listing.WriteTo(screen);
        screen.Note(
            new Cell(report.Blocked.IsEmpty ? "Nothing would have been blocked" : "Would have been blocked: ",
                report.Blocked.IsEmpty ? Tone.Good : Tone.Warning),
            report.Blocked.IsEmpty ? "" : $"{Words.Count(report.BlockedConnections, "connection")} of {Words.Count(report.Blocked.Length, "conversation")}",
            $", of {Words.Count(report.Connections, "connection")} of {Words.Count(report.Conversations, "conversation")}"
                + $" from {Words.Instant(report.Since)} to {Words.Instant(report.Until)}.");
    }
}
