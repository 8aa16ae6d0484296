using System.CommandLine;
using Bulwark.Cli.Api;
using Bulwark.Cli.Help;
using Bulwark.Cli.Output;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark events</c>.</summary>
internal static class EventsCommand
{
    public static Command Create(CommandLine line)
    {
        var output = OutputOption.Create();
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with events as they happen" };
        var verdict = new Option<string>("--verdict") { Description = "Only allowed, would-block or blocked", HelpName = "VERDICT" }
            .Among(Words.Verdicts);
        var workload = new Option<string>("--workload") { Description = "Only of this workload", HelpName = "WORKLOAD" };
        workload.CompletionSources.Add(line.Completions.Workloads);
        var since = new Option<string>("--since") { Description = "Only since then: 10m, 6h, 2026-03-01T12:00:00Z", HelpName = "TIME" };
        var limit = new Option<int?>("--limit") { Description = "At most so many, the newest (not with --follow)", HelpName = "N" };
        var command = new CliCommand("events", "What happened: verdicts, changes of mode, losses")
        {
            Group = CommandGroup.See,
            Examples =
            [
                "bulwark events --verdict blocked --since 1h", "bulwark events --follow", "bulwark events --follow -o json | jq -r .message",
            ],
            Options = { follow, verdict, workload, since, limit, output },
        };
        line.OnRun(command, (invocation, cancel) =>
        {
            var filter = new EventFilter
            {
                Since = Moment.Read(invocation.Value(since), "--since", invocation.Terminal.Clock),
                Verdict = invocation.Value(verdict) is { } word ? Words.ParseVerdict(word) : null,
                Workload = invocation.Value(workload),
                Limit = invocation.Value(limit),
            };
            if (filter.Limit is <= 0)
                throw new UsageFailure("--limit is at least 1") { Hint = "bulwark events --limit 20" };
            return invocation.Value(follow) switch
            {
                true when filter.Limit is not null => throw new UsageFailure("--limit and --follow do not go together")
                {
                    Hint = "bulwark events --follow --since 10m",
                },
                true => FollowAsync(invocation, filter, invocation.Value(output) == OutputOption.Json, cancel),
                _ => ListAsync(invocation, filter, output, cancel),
            };
        });
        return command;
    }

    private static async Task<int> ListAsync(Invocation invocation, EventFilter filter, Option<string> output, CancellationToken cancel)
    {
        var events = await invocation.WaitAsync("Asking the server", invocation.Client.EventsAsync(filter, cancel)).ConfigureAwait(false);
        if (!invocation.WroteJson(output, events))
            EventListing.Write(events, invocation.Screen);
        return ExitCode.Ok;
    }

    private static async Task<int> FollowAsync(Invocation invocation, EventFilter filter, bool json, CancellationToken cancel)
    {
        await foreach (var item in invocation.Client.FollowAsync(filter, cancel).ConfigureAwait(false))
        {
            if (json)
                invocation.Screen.Json(item, CliJson.Compact<Server.Api.Contracts.EventReport>());
            else
                invocation.Screen.Line(EventListing.Line(item));
            await invocation.Terminal.Out.FlushAsync(cancel).ConfigureAwait(false);
        }
        return ExitCode.Ok;
    }
}
