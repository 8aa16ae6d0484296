using Bulwark.Cli.Output;

namespace Bulwark.Cli.Hosting.Demo;

/// <summary>Tells the demonstration's story: steps, what a person would type, and what that really says.</summary>
internal sealed class Narrator(Screen screen, IBulwarkHost host)
{
    private const string Indent = "   ";
    private static readonly TimeSpan s_quietAtMost = TimeSpan.FromSeconds(5);

    private int _steps;

    /// <summary>Begins a step.</summary>
    public void Step(string title)
    {
        screen.Line();
        screen.Line(Cell.Strong(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{++_steps}. {title}")));
    }

    public void Say(string text)
    {
        foreach (var line in Paragraph.Wrap(text, screen.Width == int.MaxValue ? screen.Width : screen.Width - Indent.Length))
            screen.Line(Indent, line);
    }

    /// <summary>Says what was checked and holds.</summary>
    public void Good(string text) => screen.Line(Indent, new("ok ", Tone.Good), text);

    /// <summary>Shows a command line.</summary>
    public void Command(string line) => screen.Line(Indent, Cell.Faint("$ "), Cell.Strong(line));

    /// <summary>Shows what a command wrote.</summary>
    public void Output(string text)
    {
        foreach (var line in text.TrimEnd().Split('\n'))
            screen.Line(Indent, Cell.Faint("  "), line);
    }

    /// <summary>Runs one of Bulwark's commands against the demonstration's server, and shows it with what it writes.</summary>
    /// <exception cref="CommandFailure">It ended with another code than 0.</exception>
    public async Task RunAsync(IReadOnlyList<string> words, CancellationToken cancel)
    {
        var line = "bulwark " + string.Join(' ', words);
        Command(line);
        using var output = new StringWriter { NewLine = "\n" };
        var terminal = screen.Terminal with
        {
            Out = output,
            Error = output,
            ErrorIsTerminal = false,
            Width = screen.Width == int.MaxValue ? screen.Width : screen.Width - Indent.Length - 2,
        };
        var code = await new CommandLine(terminal, host).RunAsync([.. words, "--socket", DemoServer.Socket], cancel).ConfigureAwait(false);
        // Not through a cell: what the command wrote is safe already, and may be coloured.
        foreach (var written in output.ToString().TrimEnd().Split('\n'))
            await screen.Terminal.Out.WriteLineAsync(written.Length == 0 ? "" : $"{Indent}  {written}").ConfigureAwait(false);
        if (code != ExitCode.Ok)
            throw new CommandFailure($"'{line}' ended with {code}") { Cause = output.ToString().Trim(), Hint = "bulwark doctor" };
    }

    /// <summary>Waits, and says what for: on a terminal every second, else every few.</summary>
    public async Task WaitAsync(Func<string> what, Task work)
    {
        if (screen.Terminal.ErrorIsTerminal)
        {
            await screen.WatchAsync(what, work).ConfigureAwait(false);
            return;
        }
        while (await Task.WhenAny(work, Task.Delay(s_quietAtMost)).ConfigureAwait(false) != work)
            Say(what() + " …");
        await work.ConfigureAwait(false);
    }
}
