using System.Collections.Immutable;
using System.CommandLine;
using Bulwark.Cli.Help;
using Bulwark.Cli.Output;
using Bulwark.Images.Advisories.Store;
using Bulwark.Images.Advisories.Update;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark advisories update</c>.</summary>
internal static class AdvisoryUpdateCommand
{
    // A server that says nothing for so long is not there.
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(10);

    public static Command Create(CommandLine line)
    {
        var advisories = ImageOptions.AdvisoriesOf(line.Terminal);
        var names = OfficialSource.All.Select(source => source.Name).ToArray();
        var large = OfficialSource.All.Where(source => source.IsLarge).Select(source => source.Name);
        var sources = new Argument<string[]>("SOURCE")
        {
            Description = $"Only these: {string.Join(", ", names)} (default: all; of {string.Join(", ", large)} only if it was named once)",
            Arity = ArgumentArity.ZeroOrMore,
        };
        sources.CompletionSources.Add(names);
        var mirror = new Option<string[]>("--mirror")
        {
            Description = "Fetch from below this address instead, which has a folder for each official host; or from one for a single host. May be given several times",
            HelpName = "[HOST=]URL",
        };
        var command = new CliCommand("update", "Fetch advisories from where they are published")
        {
            Usage = "[SOURCE…] [options]",
            Examples = ["bulwark advisories update", "bulwark advisories update debian npm", "bulwark advisories update redhat-csaf", "bulwark advisories update --mirror https://mirror.example/advisories"],
            Arguments = { sources },
            Options = { mirror, advisories },
        };
        line.OnRun(command, async (invocation, cancel) =>
        {
            var path = invocation.Value(advisories)!;
            var wanted = Wanted(invocation.Value(sources), [.. (invocation.Value(mirror) ?? []).Select(Mirror)], path);
            using var http = new HttpClient { Timeout = s_longestWait };
            var failures = await RunAsync(invocation, http, wanted, path, cancel).ConfigureAwait(false);
            foreach (var failure in failures)
                invocation.Screen.Complaint(new("not updated: ", Tone.Bad), $"{failure.Source}: {failure.Reason}; {failure.Hint}");
            if (failures.Count == wanted.Count)
                throw new CommandFailure("no advisories could be fetched; nothing has changed") { Hint = "on a machine without a network: bulwark advisories import FILE" };
            if (failures.Count > 0)
                throw new CommandFailure($"{failures.Count} of {wanted.Count} sources could not be fetched; they stay as they were") { Hint = "bulwark advisories status" };
            invocation.Screen.Note($"Updated {Words.Count(wanted.Count, "source")} in {path}.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<IReadOnlyList<UpdateFailure>> RunAsync(
        Invocation invocation, HttpClient http, List<OfficialSource> wanted, string path, CancellationToken cancel)
    {
        try
        {
            return await invocation.WaitAsync("Fetching advisories", new AdvisoryUpdate(http, invocation.Terminal.Clock).RunAsync(
                wanted, path, what => Tell(invocation, what), cancel)).ConfigureAwait(false);
        }
        catch (AdvisoryFileException e)
        {
            throw new CommandFailure("the advisories were not updated", e) { Cause = e.Message, Hint = $"move {path} away, and update again" };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure("the advisories cannot be written", e) { Cause = e.Message, Hint = "keep them in a file of your own: --advisories PATH" };
        }
    }

    private static void Tell(Invocation invocation, string what)
    {
        if (invocation.Verbose)
            invocation.Screen.Note(what);
    }

    private static AdvisoryMirror Mirror(string text) => AdvisoryMirror.Parse(text)
        ?? throw new UsageFailure($"'{text}' is no address for --mirror") { Hint = "write it like https://mirror.example or security-tracker.debian.org=https://mirror.example" };

    private static List<OfficialSource> Wanted(string[] names, ImmutableArray<AdvisoryMirror> mirrors, string path)
    {
        var chosen = names.Length == 0 ? [.. OfficialSource.All.Where(source => !source.IsLarge || IsThere(source, path))] : (List<OfficialSource>)[.. names.Select(name => OfficialSource.All.FirstOrDefault(source => source.Name == name)
            ?? throw new UsageFailure($"there is no source '{name}'")
            {
                Hint = Spelling.Nearest(name, [.. OfficialSource.All.Select(source => source.Name)]) is { } near ? $"did you mean '{near}'?" : "bulwark advisories update --help",
            })];
        return [.. chosen.Select(source => source with { Mirrors = mirrors })];
    }

    // What was named once is kept up to date from then on.
    private static bool IsThere(OfficialSource source, string path)
    {
        if (!File.Exists(path))
            return false;
        using var file = AdvisoryCommands.Open(path);
        return file.Sources.Any(known => known.OfficialName == source.Name);
    }
}
