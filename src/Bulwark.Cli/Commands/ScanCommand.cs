using System.Collections.Immutable;
using System.CommandLine;
using Bulwark.Cli.Help;
using Bulwark.Cli.Output;
using Bulwark.Images;
using Bulwark.Images.Gate;
using Bulwark.Images.Reports;
using Bulwark.Images.Scanning;
using Bulwark.Images.Sources;
using Bulwark.Images.Vex;
using Bulwark.Model;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark scan</c>.</summary>
internal static class ScanCommand
{
    public static Command Create(CommandLine line)
    {
        var image = new ImageOptions(line.Terminal);
        var engines = new EngineOptions(line.Terminal);
        var output = OutputOption.Create("sarif", "cyclonedx", "spdx", "junit", "html");
        var failOn = new Option<string[]>("--fail-on")
        {
            Description = $"End with {ExitCode.Findings} if there is any of: {string.Join(", ", GateRule.Words)}; critical+fixable needs both; repeatable, or with commas",
            HelpName = "WHAT",
        };
        failOn.CompletionSources.Add(GateRule.Words);
        var ignore = new Option<string>("--ignore-file")
        {
            Description = $"Exceptions, each with its reason (default: {IgnoreFile.DefaultName} in this directory, if there is one)",
            HelpName = "PATH",
        };
        var vex = new Option<string[]>("--vex")
        {
            Description = "What others say does not matter here: OpenVEX, CSAF or CycloneDX; repeatable",
            HelpName = "PATH",
        };
        var longestAge = new Option<string>("--max-age") { Description = "Advisories that are older do not count as known: 7d, 36h", HelpName = "TIME" };
        var executables = new Option<bool>("--executables") { Description = "In -o json: list the executable files too, and the packages that own them" };
        var all = new Option<bool>("--all", "-a") { Description = "Show negligible ones, kernel headers and suppressed ones too" };
        var command = new CliCommand("scan", "Find what is wrong with an image: vulnerable packages, secrets, risky files and settings")
        {
            Group = CommandGroup.Images,
            Usage = "IMAGE [options]",
            Examples =
            [
                "bulwark scan shop/web:1", "bulwark scan shop/web:1 --fail-on critical+fixable,secret", "bulwark scan saved.tar -o sarif > report.sarif",
                "bulwark scan registry.example.com/shop/web:1", "bulwark scan dir:/srv/rootfs --max-age 7d",
            ],
            Arguments = { image.Target },
            Options = { failOn, all, executables, ignore, vex, image.Advisories, longestAge, output },
        };
        foreach (var option in engines.All.Concat(image.OfSource))
            command.Options.Add(option);
        line.OnRun(command, async (invocation, cancel) =>
        {
            var rules = Rules(invocation.Value(failOn) ?? []);
            var exceptions = Exceptions(invocation.Value(ignore));
            var statements = (invocation.Value(vex) ?? []).Select(Statements).ToList();
            var options = engines.AddTo(new() { LongestAge = Age(invocation.Value(longestAge)), ListsExecutables = invocation.Value(executables) }, invocation);
            if (invocation.Value(image.Target) is var target && target.StartsWith(ImageTarget.Container, StringComparison.Ordinal) && File.Exists(invocation.Socket))
                options = options with { RanBefore = await KnownPrograms.OfAsync(invocation.Client, target[ImageTarget.Container.Length..], cancel).ConfigureAwait(false) };
            ScanResult result;
            try
            {
                result = await ScanAsync(invocation, image, withAdvisories: true, options, cancel).ConfigureAwait(false);
            }
            finally
            {
                foreach (var engine in options.Engines)
                    engine.Dispose();
            }
            foreach (var ended in exceptions.Ended(result))
                invocation.Screen.Note(new("warning: ", Tone.Warning), $"the exception for {ended.Id} ended on {ended.Until:yyyy-MM-dd} and does not count (line {ended.Line})");
            result = statements.Aggregate(exceptions.ApplyTo(result), (judged, file) => file.ApplyTo(judged));
            var verdict = ImageGate.Judge(result, rules);
            if (invocation.Value(output) == OutputOption.Json)
                invocation.Screen.Json(ScanReport.Of(result, verdict), ReportJson.Default.ScanReport);
            else if (Written(invocation.Value(output)!, result, withVulnerabilities: true) is { } document)
                invocation.Screen.Document(document);
            else
                ScanListing.Write(result, invocation.Value(all), invocation.Screen);
            return Told(verdict, invocation.Screen);
        });
        return command;
    }

    /// <summary>The scan in one of the formats of others; null for the page.</summary>
    internal static string? Written(string format, ScanResult result, bool withVulnerabilities)
    {
        var version = typeof(ScanCommand).Assembly.GetName().Version?.ToString(3) ?? "";
        return format switch
        {
            "sarif" => SarifReport.Write(result, version),
            "cyclonedx" => CycloneDxReport.Write(result, version, withVulnerabilities),
            "spdx" => SpdxReport.Write(result, version),
            "junit" => JUnitReport.Write(result),
            "html" => HtmlReport.Write(result),
            _ => null,
        };
    }

    internal static async Task<ScanResult> ScanAsync(Invocation invocation, ImageOptions image, bool withAdvisories, ScanOptions options, CancellationToken cancel)
    {
        var source = image.Open(invocation);
        using var advisories = withAdvisories ? image.OpenAdvisories(invocation) : null;
        using var jars = image.OpenJars(invocation);
        try
        {
            return await invocation.WaitAsync(
                $"Scanning {PlainText.Of(invocation.Value(image.Target))}",
                ImageScanner.ScanAsync(source, advisories, options with { Cache = image.OpenCache(invocation), Jars = jars }, invocation.Terminal.Clock, cancel)).ConfigureAwait(false);
        }
        catch (ImageException e)
        {
            throw new CommandFailure(e.Message, e) { Cause = e.Reason, Hint = e.Hint };
        }
    }

    private static int Told(GateVerdict verdict, Screen screen)
    {
        foreach (var reason in verdict.Reasons)
            screen.Complaint(new("refused: ", Tone.Bad), reason);
        if (!verdict.Reasons.IsEmpty)
            return ExitCode.Findings;
        if (verdict.CouldTell)
            return ExitCode.Ok;
        screen.Complaint(new("cannot tell: ", Tone.Warning), "too much is unknown to call this image good; see what the scan could not find out");
        return ExitCode.CannotTell;
    }

    private static ImmutableArray<GateRule> Rules(IEnumerable<string> values) =>
    [
        .. values.SelectMany(value => value.Split(',')).Select(text => GateRule.Parse(text.Trim())
            ?? throw new UsageFailure($"'{text}' is nothing for --fail-on")
            {
                Cause = $"it takes {string.Join(", ", GateRule.Words)}, and several joined by '+'",
                Hint = Spelling.Nearest(text, GateRule.Words) is { } near ? $"did you mean '{near}'?" : "bulwark scan --help",
            }),
    ];

    private static IgnoreFile Exceptions(string? path)
    {
        var name = path ?? IgnoreFile.DefaultName;
        if (path is null && !File.Exists(name))
            return new([]);
        try
        {
            return IgnoreFile.Parse(File.ReadLines(name));
        }
        catch (IgnoreFileException e)
        {
            throw new UsageFailure($"{name} has an error") { Cause = e.Message, Hint = "CVE-2024-1234 package=curl until=2026-12-31 -- why it does not matter here" };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"the exceptions in {name} cannot be read", e) { Cause = e.Message };
        }
    }

    private static VexFile Statements(string path)
    {
        try
        {
            return VexFile.Parse(Path.GetFileName(path), File.ReadAllBytes(path));
        }
        catch (VexException e)
        {
            throw new CommandFailure($"{path} cannot be understood", e) { Cause = e.Message };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"{path} cannot be read", e) { Cause = e.Message };
        }
    }

    private static TimeSpan? Age(string? text)
    {
        if (text is null)
            return null;
        return DurationText.TryParse(text, out var age)
            ? age
            : throw new UsageFailure($"'{text}' is no age for --max-age") { Hint = "write it like 7d or 36h" };
    }
}
