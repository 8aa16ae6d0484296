using System.CommandLine;
using Bulwark.Cli.Help;
using Bulwark.Cli.Output;
using Bulwark.Model;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark mode</c>.</summary>
internal static class ModeCommand
{
    private const string Auto = "auto";

    private static readonly string[] s_words = [.. Words.Modes, Auto];

    public static Command Create(CommandLine line)
    {
        var output = OutputOption.Create();
        // One argument of two words: the parser would give a lone word to the workload, but with --all it is the mode.
        var words = new Argument<string[]>("WORKLOAD MODE")
        {
            Description = "A workload (none with --all), then learn (watch), audit (say what would be blocked), protect (block it), or auto (from where it is, on by itself)",
            Arity = new ArgumentArity(1, 2),
        };
        words.CompletionSources.Add(line.Completions.Workloads);
        words.CompletionSources.Add(s_words);
        var all = new Option<bool>("--all") { Description = "Every workload, also those to come" };
        var command = new CliCommand("mode", "Set how far Bulwark goes with a workload; it stays so until you change it")
        {
            Group = CommandGroup.Change,
            Usage = "(WORKLOAD | --all) (learn | audit | protect | auto) [options]",
            Examples = ["bulwark mode shop/web protect", "bulwark mode --all audit", "bulwark mode --all auto"],
            Arguments = { words },
            Options = { all, output },
        };
        line.OnRun(command, async (invocation, cancel) =>
        {
            var request = Request(invocation.Value(words), invocation.Value(all));
            var changed = await invocation.WaitAsync("Waiting for the server", invocation.Client.ModeAsync(request, cancel)).ConfigureAwait(false);
            if (invocation.WroteJson(output, changed))
                return ExitCode.Ok;
            foreach (var workload in changed)
                invocation.Screen.Line(workload.Name, " ", WorkloadListing.Mode(workload));
            if (changed.IsEmpty)
                invocation.Screen.Note(request.All ? "No workload changed." : "Nothing changed: it was so already.");
            if (request.All)
                invocation.Screen.Note($"Workloads to come {ToCome(request.Mode)}.");
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>What workloads to come do.</summary>
    public static string ToCome(Mode? mode) => mode is { } set
        ? $"start in {Words.Of(set)} and stay there"
        : "start in learn and move on by themselves";

    private static ModeRequest Request(string[] words, bool all)
    {
        if (words.Length != (all ? 1 : 2))
        {
            throw new UsageFailure(all ? "--all leaves no workload to name" : "a workload and a mode are needed")
            {
                Hint = all ? $"bulwark mode --all {words[^1]}" : "bulwark mode shop/web protect",
            };
        }
        if (OptionExtensions.Complaint("mode", words[^1], s_words) is { } complaint)
            throw new UsageFailure(complaint) { Hint = "bulwark mode --help" };
        var auto = words[^1] == Auto;
        return new ModeRequest { Workload = all ? null : words[0], All = all, Mode = auto ? null : Words.ParseMode(words[^1]), Auto = auto };
    }
}
