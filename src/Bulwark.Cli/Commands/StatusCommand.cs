using System.CommandLine;
using Bulwark.Cli.Output;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark status</c>.</summary>
internal static class StatusCommand
{
    public static Command Create(CommandLine line)
    {
        var output = OutputOption.Create();
        var command = new CliCommand("status", "How Bulwark is, and how far each workload is")
        {
            Group = CommandGroup.Run,
            Examples = ["bulwark status", "bulwark status -v", "bulwark status -o json"],
            Options = { output },
        };
        line.OnRun(command, async (invocation, cancel) =>
        {
            var status = await invocation.WaitAsync("Asking the server", invocation.Client.StatusAsync(cancel)).ConfigureAwait(false);
            if (!invocation.WroteJson(output, status))
                Write(status, invocation.Screen, invocation.Verbose);
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Write(StatusReport status, Screen screen, bool verbose)
    {
        var agent = status.Agent;
        Fact(screen, "bulwark", $"{status.Version}, running for {Words.Duration(screen.Clock.GetUtcNow() - status.StartedAt)}");
        Fact(screen, "auto", status.Auto ? "on: learnt workloads become protected by themselves" : "off: modes change only by hand");
        if (status.ModeOfNewWorkloads is not null)
            Fact(screen, "to come", ModeCommand.ToCome(status.ModeOfNewWorkloads));
        Fact(screen, "workloads", Modes(status.Workloads));
        Fact(screen, "images", Images(status.Workloads));
        foreach (var runtime in agent.Runtimes)
        {
            Fact(screen, "runtime", runtime.Connected
                ? (Cell)runtime.Address
                : new Cell($"{runtime.Address} is not connected: {runtime.Error}", Tone.Bad));
        }
        Fact(screen, "watching", $"{Words.Count(agent.Interfaces, "interface")}, {Words.Count(agent.Programs.Length, "kernel program")}");
        Fact(screen, "lost", status.LostObservations == 0
            ? (Cell)"nothing"
            : new Cell($"{Words.Count(status.LostObservations, "observation")}: what was learnt may be incomplete", Tone.Bad));
        foreach (var table in agent.Tables.Where(_ => verbose))
            Fact(screen, "table", $"{table.Name}: {table.Entries} of {table.Capacity} entries");
        foreach (var (name, count) in agent.Counters.Where(_ => verbose))
            Fact(screen, "counter", $"{name}: {count}");
        foreach (var warning in agent.Warnings)
            Fact(screen, "warning", new(warning, Tone.Warning));
        if (status.Workloads.Length == 0)
            return;
        screen.Line();
        WorkloadListing.Write(status.Workloads, screen);
    }

    private static Cell Images(IReadOnlyCollection<WorkloadReport> workloads)
    {
        var running = workloads.Where(workload => workload.Findings.State != "none").ToList();
        if (running.Count == 0)
            return "none runs";
        var states = running.GroupBy(workload => workload.Findings.State).ToDictionary(group => group.Key, group => group.Count());
        var refused = running.Count(workload => !workload.Findings.Refused.IsEmpty);
        string[] parts =
        [
            $"of {Words.Count(running.Count, "workload")} {states.GetValueOrDefault("scanned")} scanned",
            .. Part("cannotTell", "cannot be told"), .. Part("failed", "failed"), .. Part("notScanned", "not scanned yet"), .. Part("off", "never"),
            .. refused > 0 ? (string[])[$"{refused} would not start in protect"] : [],
        ];
        return new(string.Join(", ", parts), refused > 0 ? Tone.Bad : states.GetValueOrDefault("scanned") == running.Count ? Tone.Plain : Tone.Warning);

        string[] Part(string state, string words) => states.TryGetValue(state, out var count) ? [$"{count} {words}"] : [];
    }

    private static string Modes(IEnumerable<WorkloadReport> workloads)
    {
        var counts = workloads.GroupBy(workload => workload.Mode).OrderByDescending(group => group.Key)
            .Select(group => $"{group.Count()} in {Words.Of(group.Key)}").ToList();
        return counts.Count == 0 ? "none yet" : string.Join(", ", counts);
    }

    private static void Fact(Screen screen, string name, Cell value) => screen.Line(Cell.Faint(name.PadRight(11)), value);
}
