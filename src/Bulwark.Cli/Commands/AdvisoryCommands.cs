using System.CommandLine;
using Bulwark.Cli.Output;
using Bulwark.Images.Advisories;
using Bulwark.Images.Advisories.Formats;
using Bulwark.Images.Advisories.Store;
using Bulwark.Images.Jars;
using Bulwark.Images.Reports;

namespace Bulwark.Cli.Commands;

/// <summary>Parts of <c>bulwark advisories</c> that need no network.</summary>
internal static class AdvisoryCommands
{
    /// <exception cref="CommandFailure">There is no such file, or it cannot be used.</exception>
    public static AdvisoryFile Open(string path)
    {
        try
        {
            return AdvisoryFile.Open(path);
        }
        catch (AdvisoryFileException e)
        {
            throw new CommandFailure(e.Message, e) { Hint = e.Hint };
        }
    }

    /// <summary>The table of JARs beside a file of advisories; null if there is none.</summary>
    /// <exception cref="CommandFailure">It is there, and cannot be used.</exception>
    public static JarTable? OpenJars(string advisories)
    {
        var path = JarTable.PathBeside(advisories);
        try
        {
            return File.Exists(path) ? JarTable.Open(path) : null;
        }
        catch (AdvisoryFileException e)
        {
            throw new CommandFailure(e.Message, e) { Hint = e.Hint };
        }
    }

    // All of it is read, to be sure that it is whole.
    private static JarTable? CheckedJars(string advisories)
    {
        var jars = OpenJars(advisories);
        try
        {
            jars?.Verify();
            return jars;
        }
        catch (AdvisoryFileException e)
        {
            jars!.Dispose();
            throw new CommandFailure(e.Message, e) { Hint = e.Hint };
        }
    }

    private static void Copy(string from, string to)
    {
        try
        {
            File.Copy(from, to, overwrite: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"the advisories cannot be written to {to}", e) { Cause = e.Message };
        }
    }

    public static Command Import(CommandLine line)
    {
        var advisories = ImageOptions.AdvisoriesOf(line.Terminal);
        var files = new Argument<string[]>("FILE") { Description = "Files or directories: the Debian tracker's JSON and lists, OSV, Alpine's secdb, Red Hat's CSAF, Amazon's updateinfo, SUSE's OVAL, KEV, EPSS, an export; trivy-java.db, which names JARs by their digests", Arity = ArgumentArity.OneOrMore };
        var command = new CliCommand("import", "Take over advisories from files; each replaces what its source had before")
        {
            Usage = "FILE… [options]",
            Examples = ["bulwark advisories import tracker.json osv-npm.zip", "bulwark advisories import /media/stick/advisories"],
            Arguments = { files },
            Options = { advisories },
        };
        line.OnRun(command, async (invocation, cancel) =>
        {
            var path = invocation.Value(advisories)!;
            var (count, jars) = await invocation.WaitAsync("Reading advisories", Task.Run(() => Import(invocation, path, invocation.Value(files), cancel), cancel)).ConfigureAwait(false);
            if (jars is { } known)
                invocation.Screen.Note($"{JarTable.PathBeside(path)} has the digests of {Words.Count(known, "JAR")} now.");
            if (count is { } all)
                invocation.Screen.Note($"There are {all:N0} advisories in {path} now.");
            return ExitCode.Ok;
        });
        return command;
    }

    public static Command Export(CommandLine line)
    {
        var advisories = ImageOptions.AdvisoriesOf(line.Terminal);
        var file = new Argument<string>("FILE") { Description = "Where to write it" };
        var command = new CliCommand("export", "Write all advisories as one file, to import on a machine without a network")
        {
            Usage = "FILE [options]",
            Examples = ["bulwark advisories export /media/stick/advisories"],
            Arguments = { file },
            Options = { advisories },
        };
        line.OnRun(command, (invocation, _) =>
        {
            var (from, to) = (invocation.Value(advisories)!, invocation.Value(file));
            // Opened first: a damaged file must not be passed on.
            using var checkedFile = Open(from);
            using var jars = CheckedJars(from);
            Copy(from, to);
            if (jars is null)
            {
                invocation.Screen.Note($"Wrote {checkedFile.Count:N0} advisories. Import them with: bulwark advisories import {to}");
                return Task.FromResult(ExitCode.Ok);
            }
            Copy(JarTable.PathBeside(from), JarTable.PathBeside(to));
            invocation.Screen.Note($"Wrote {checkedFile.Count:N0} advisories, and the digests of {Words.Count(jars.Count, "JAR")}. Import them with: bulwark advisories import {to} {JarTable.PathBeside(to)}");
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }

    public static Command Status(CommandLine line)
    {
        var advisories = ImageOptions.AdvisoriesOf(line.Terminal);
        var output = OutputOption.Create();
        var command = new CliCommand("status", "How many advisories there are of each source, and how old they are")
        {
            Examples = ["bulwark advisories status", "bulwark advisories status -o json"],
            Options = { advisories, output },
        };
        line.OnRun(command, (invocation, _) =>
        {
            var path = invocation.Value(advisories)!;
            using var file = Open(path);
            using var jars = CheckedJars(path);
            var report = new AdvisoryStatusReport(path, new FileInfo(path).Length, file.Written, file.Count, file.Sources)
            {
                Jars = jars is null ? null : new(JarTable.PathBeside(path), new FileInfo(JarTable.PathBeside(path)).Length, jars.Written, jars.Count, jars.AsOf, jars.Origin),
            };
            if (invocation.Value(output) == OutputOption.Json)
                invocation.Screen.Json(report, ReportJson.Default.AdvisoryStatusReport);
            else
                Write(report, invocation.Screen);
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }

    private static (int? Advisories, int? Jars) Import(Invocation invocation, string path, IEnumerable<string> files, CancellationToken cancel)
    {
        using var import = new AdvisoryImport(invocation.Terminal.Clock);
        int? jars = null;
        try
        {
            var tables = new List<string>();
            foreach (var file in files.SelectMany(Expanded).Where(file => !JarTableImport.IsAboutDatabase(file)))
            {
                if (JarTableImport.Recognises(file))
                {
                    tables.Add(file);
                    continue;
                }
                var before = import.Count;
                import.Read(file, file, fetched: null, cancel);
                if (invocation.Verbose)
                    invocation.Screen.Note($"{file}: {import.Count - before:N0}");
            }
            // Only when all advisories were understood: nothing is taken over by half.
            foreach (var table in tables)
                jars = JarTableImport.Read(table, table, JarTable.PathBeside(path), invocation.Terminal.Clock, cancel);
            return (import.HasNews || jars is null ? import.WriteTo(path) : null, jars);
        }
        catch (AdvisoryFormatException e)
        {
            throw new CommandFailure("the advisories were not imported; nothing has changed", e) { Cause = e.Message };
        }
        catch (AdvisoryFileException e)
        {
            throw new CommandFailure("the advisories were not imported", e) { Cause = e.Message, Hint = $"move {path} away, and import everything anew" };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure("the advisories were not imported", e) { Cause = e.Message, Hint = "keep them in a file of your own: --advisories PATH" };
        }
    }

    private static IEnumerable<string> Expanded(string path)
    {
        if (Directory.Exists(path))
            return Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
        return File.Exists(path) ? [path] : throw new CommandFailure($"there is no file {path}");
    }

    private static void Write(AdvisoryStatusReport report, Screen screen)
    {
        var listing = new Listing(new("SOURCE"), new("ADVISORIES", Right: true), new("AS OF", Right: true), new("ABOUT", Shrinks: true), new("FROM", Shrinks: true));
        foreach (var source in report.Sources.OrderBy(source => source.Name, StringComparer.Ordinal))
        {
            listing.Row(source.Name, Cell.Count(source.Advisories), Words.Ago(source.AsOf, screen.Clock), Cell.List(source.Ecosystems), Cell.Faint(source.Origin));
        }
        listing.WriteTo(screen);
        screen.Note($"{report.Advisories:N0} advisories in {report.Path}, {Words.Bytes(report.Bytes)}, written {Words.Ago(report.Written, screen.Clock)}.");
        if (report.Jars is { } jars)
            screen.Note($"Digests of {Words.Count(jars.Count, "JAR")} in {jars.Path}, {Words.Bytes(jars.Bytes)}, as of {Words.Ago(jars.AsOf, screen.Clock)}, from {jars.Origin}.");
    }
}
