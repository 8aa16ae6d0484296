using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Bulwark.Cli.Api;
using Bulwark.Cli.Hosting.Demo.Parts;
using Bulwark.Model;
using Bulwark.Runtimes.Docker;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Cli.Hosting.Demo;

/// <summary>The story that the demonstration tells. Whatever it claims it has checked; what does not hold is a failure.</summary>
internal sealed class Story(Narrator narrator, DemoApplication application, DemoServer server, string dockerSocket)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_learnLimit = TimeSpan.FromSeconds(100);
    // The attacker's tool waits for 5 s.
    private static readonly TimeSpan s_atOnce = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan s_eventLimit = TimeSpan.FromSeconds(10);

    public async Task TellAsync(CancellationToken cancel)
    {
        var visitors = await StartAsync(cancel).ConfigureAwait(false);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var visiting = visitors.RunAsync(leaving.Token);
        using var client = new ApiClient(DemoServer.Socket);
        try
        {
            await ShowDangerAsync(cancel).ConfigureAwait(false);
            await LearnAsync(client, cancel).ConfigureAwait(false);
            await ProtectAsync(client, cancel).ConfigureAwait(false);
            var attack = await AttackAsync(client, cancel).ConfigureAwait(false);
            await AllowAsync(attack, client, cancel).ConfigureAwait(false);
            Require(visitors.Failures == 0, "the application's users noticed something",
                $"{visitors.Failures} of {visitors.Failures + visitors.Visits} visits failed, the last with: {visitors.LastFailure}");
            narrator.Good(string.Create(CultureInfo.InvariantCulture, $"All the while users came through the proxy: {visitors.Visits} visits, none failed."));
        }
        finally
        {
            await leaving.CancelAsync().ConfigureAwait(false);
            await visiting.ConfigureAwait(false);
        }
    }

    private async Task<DemoVisitors> StartAsync(CancellationToken cancel)
    {
        narrator.Step("A small application starts");
        narrator.Say($"On {dockerSocket}: proxy -> web -> database, and report, which reads the page of web. Its image is made of this executable, so no registry is asked.");
        var starting = application.StartAsync(cancel);
        await narrator.WaitAsync(() => "making the image and starting the containers", starting).ConfigureAwait(false);
        var visitors = new DemoVisitors(await starting.ConfigureAwait(false));
        string? page = null;
        await UntilAsync("waiting for the application", "the application answers", s_startLimit, async () =>
            (page = await visitors.VisitAsync(cancel).ConfigureAwait(false)) is not null, () => visitors.LastFailure, cancel).ConfigureAwait(false);
        narrator.Command($"curl {visitors.Address}");
        narrator.Output(page!);
        return visitors;
    }

    private async Task ShowDangerAsync(CancellationToken cancel)
    {
        narrator.Step("Without Bulwark, everything reaches everything");
        narrator.Say("report has no business with the database. Whoever breaks into report reads the database all the same:");
        var outcome = await ReachAsync(Part.Report, Addresses.DatabasePort, cancel).ConfigureAwait(false);
        Require(outcome.ExitCode == 0, "report did not reach the database even without Bulwark, so there is nothing to show", outcome.Output);
        outcome = await ReachAsync(Part.Web, Addresses.MaintenancePort, cancel).ConfigureAwait(false);
        Require(outcome.ExitCode == 0, "web did not reach the database's other port even without Bulwark, so there is nothing to show", outcome.Output);
    }

    private async Task LearnAsync(ApiClient client, CancellationToken cancel)
    {
        narrator.Step("Bulwark starts, and learns");
        narrator.Say("Nobody tells it anything. It watches every packet, and who opens which conversation; learning takes a day or more in earnest, and seconds here, where its thresholds are shortened.");
        narrator.Command("bulwark up");
        await server.StartAsync(cancel).ConfigureAwait(false);
        ImmutableArray<WorkloadReport> ours = [];
        await UntilAsync("waiting for Bulwark", "Bulwark sees the application", s_startLimit, async () =>
            (ours = await OursAsync(client, cancel).ConfigureAwait(false)).Length == DemoApplication.Services.Length, DemoServer.LastWords, cancel)
            .ConfigureAwait(false);
        await UntilAsync(
            () => $"learning: {ours.Count(workload => workload.Learnt)} of {ours.Length} workloads are learnt", "every workload is learnt", s_learnLimit,
            async () => (ours = await OursAsync(client, cancel).ConfigureAwait(false)).All(workload => workload.Learnt),
            () => string.Join("; ", ours.Where(workload => !workload.Learnt).Select(workload => $"{workload.Name} waits for {string.Join(", ", workload.WaitsFor)}")),
            cancel).ConfigureAwait(false);
        await narrator.RunAsync(["map"], cancel).ConfigureAwait(false);
        var map = await client.MapAsync(cancel).ConfigureAwait(false);
        foreach (var (from, to, port) in (ReadOnlySpan<(string, string, int)>)
        [
            (DemoApplication.Workload(Part.Proxy), Part.Web, Addresses.WebPort), (DemoApplication.Workload(Part.Web), Part.Database, Addresses.DatabasePort),
            (DemoApplication.Workload(Part.Report), Part.Web, Addresses.WebPort), ("host", Part.Proxy, Addresses.ProxyPort),
        ])
        {
            Require(map.Conversations.Any(each => each.Client == from && each.Server == DemoApplication.Workload(to) && each.Port == $"{port}/tcp"),
                "the map lacks a conversation", $"{from} -> {DemoApplication.Workload(to)} {port}/tcp");
        }
        Require(!map.Conversations.Any(each => each.Client == DemoApplication.Workload(Part.Report) && each.Server == DemoApplication.Workload(Part.Database)),
            "the map shows what was not there", "report -> database");
        narrator.Good("The map shows the application as it is, and nothing from report to the database.");
    }

    private async Task ProtectAsync(ApiClient client, CancellationToken cancel)
    {
        narrator.Step("Bulwark protects what it has learnt");
        narrator.Say("By itself it would do so after a time of trial. Here it is told to, and for this application only:");
        foreach (var service in DemoApplication.Services)
            await narrator.RunAsync(["mode", DemoApplication.Workload(service), "protect"], cancel).ConfigureAwait(false);
        var workloads = await client.WorkloadsAsync(cancel).ConfigureAwait(false);
        var wrong = workloads.Where(workload => workload.Mode != (IsOurs(workload) ? Mode.Protect : Mode.Learn)).Select(workload => workload.Name).ToList();
        Require(wrong.Count == 0, "workloads are in another mode than they should be", string.Join(", ", wrong));
        narrator.Good("Protected, and nothing else on this machine is.");
    }

    private async Task<EventReport> AttackAsync(ApiClient client, CancellationToken cancel)
    {
        narrator.Step("The same attacks again");
        var since = DateTimeOffset.UtcNow;
        var attack = await BlockedAsync(Part.Report, Addresses.DatabasePort, since, client, cancel).ConfigureAwait(false);
        narrator.Say("report may not talk with the database at all; web may, but not on this port:");
        await BlockedAsync(Part.Web, Addresses.MaintenancePort, since, client, cancel).ConfigureAwait(false);
        await narrator.RunAsync(["events", "--verdict", "blocked", "--since", "1m"], cancel).ConfigureAwait(false);
        narrator.Good("Both were refused at once, and both are told of. Why?");
        await narrator.RunAsync(["explain", Number(attack)], cancel).ConfigureAwait(false);
        return attack;
    }

    private async Task AllowAsync(EventReport attack, ApiClient client, CancellationToken cancel)
    {
        narrator.Step("What is meant to be is allowed by one command");
        narrator.Say("Say report really needs the database from today on:");
        await narrator.RunAsync(["allow", Number(attack)], cancel).ConfigureAwait(false);
        var outcome = await ReachAsync(Part.Report, Addresses.DatabasePort, cancel).ConfigureAwait(false);
        Require(outcome.ExitCode == 0, "what was allowed does not work", outcome.Output);
        narrator.Good("It works at once. Everything else stays as it was:");
        await BlockedAsync(Part.Report, Addresses.MaintenancePort, DateTimeOffset.UtcNow, client, cancel).ConfigureAwait(false);
        narrator.Good("Blocked.");
    }

    // An attack must fail, and Bulwark must tell that it blocked it: a closed port would fail as well.
    private async Task<EventReport> BlockedAsync(string service, int port, DateTimeOffset since, ApiClient client, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        var outcome = await ReachAsync(service, port, cancel).ConfigureAwait(false);
        Require(Stopwatch.GetElapsedTime(started) < s_atOnce, "the attack hung instead of being refused at once", outcome.Output);
        Require(outcome.ExitCode != 0, $"{service} reached the database on port {port}, although it is protected", outcome.Output);
        EventReport? blocked = null;
        var filter = new EventFilter { Since = since, Verdict = Verdict.Blocked, Workload = DemoApplication.Workload(service) };
        await UntilAsync("waiting for the event", $"Bulwark tells that it blocked {service} -> database {port}/tcp", s_eventLimit, async () =>
            (blocked = (await client.EventsAsync(filter, cancel).ConfigureAwait(false)).FirstOrDefault(item =>
                item.Direction == "out" && item.Peer == DemoApplication.Workload(Part.Database) && item.Port == $"{port}/tcp")) is not null,
            () => "there is no such event", cancel).ConfigureAwait(false);
        return blocked!;
    }

    private async Task<ExecOutcome> ReachAsync(string service, int port, CancellationToken cancel)
    {
        narrator.Command(DemoApplication.ReachLine(service, Part.Database, port));
        var outcome = await application.ReachAsync(service, Part.Database, port, cancel).ConfigureAwait(false);
        narrator.Output(outcome.Output);
        return outcome;
    }

    private static async Task<ImmutableArray<WorkloadReport>> OursAsync(ApiClient client, CancellationToken cancel) =>
        [.. (await client.WorkloadsAsync(cancel).ConfigureAwait(false)).Where(workload => IsOurs(workload) && !workload.Containers.IsEmpty)];

    private static bool IsOurs(WorkloadReport workload) => workload.Project == DemoApplication.Project;

    private Task UntilAsync(string waiting, string what, TimeSpan limit, Func<Task<bool>> ask, Func<string> why, CancellationToken cancel) =>
        UntilAsync(() => waiting, what, limit, ask, why, cancel);

    private Task UntilAsync(Func<string> waiting, string what, TimeSpan limit, Func<Task<bool>> ask, Func<string> why, CancellationToken cancel) =>
        narrator.WaitAsync(waiting, PollAsync(what, limit, ask, why, cancel));

    private async Task PollAsync(string what, TimeSpan limit, Func<Task<bool>> ask, Func<string> why, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                if (await ask().ConfigureAwait(false))
                    return;
            }
            catch (ServerUnreachableException) when (!server.HasEnded)
            {
                // It is starting.
            }
            Require(!server.HasEnded, "the demonstration's 'bulwark up' ended", DemoServer.LastWords());
            Require(Stopwatch.GetElapsedTime(started) < limit, $"not within {limit.TotalSeconds:0} s: {what}", why());
            await Task.Delay(s_pause, cancel).ConfigureAwait(false);
        }
    }

    private static void Require(bool holds, string otherwise, string cause)
    {
        if (!holds)
            throw new CommandFailure($"the demonstration failed: {otherwise}") { Cause = cause.Trim(), Hint = "bulwark doctor; and run it again with -v" };
    }

    private static string Number(EventReport item) => item.Id.ToString(CultureInfo.InvariantCulture);
}
