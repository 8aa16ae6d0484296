using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace Bulwark.Cli.Output;

/// <summary>Where a command writes: data to standard output, everything else to standard error.</summary>
internal sealed class Screen
{
    private readonly Terminal _terminal;
    private readonly bool _quiet;
    private readonly Lazy<IAnsiConsole> _out;
    private readonly Lazy<IAnsiConsole> _error;

    public Screen(Terminal terminal, string colour = "auto", bool quiet = false, bool headers = true)
    {
        _terminal = terminal;
        _quiet = quiet;
        Headers = headers;
        _out = new(() => Styled(terminal.Out, terminal.Colours(colour, terminal.OutIsTerminal)));
        _error = new(() => Styled(terminal.Error, terminal.Colours(colour, terminal.ErrorIsTerminal)));
    }

    /// <summary>Whether listings start with the names of their columns.</summary>
    public bool Headers { get; }

    /// <summary>Whether a person reads along, so that groups and blank lines help more than they hinder.</summary>
    public bool IsTerminal => _terminal.OutIsTerminal;

    /// <summary>Columns that fit; unlimited when piped.</summary>
    public int Width => _terminal.Width;

    public TimeProvider Clock => _terminal.Clock;

    /// <summary>What it writes to, for a command that runs others.</summary>
    public Terminal Terminal => _terminal;

    /// <summary>Waits, and tells a person at a terminal what for.</summary>
    public Task WatchAsync(Func<string> what, Task work) => Progress.WatchAsync(_terminal, _quiet, what, work);

    /// <summary>A line of data.</summary>
    public void Line(params ReadOnlySpan<Cell> cells) => Write(_out.Value, _terminal.Out, cells);

    /// <summary>A line about what happens, for people only; <c>-q</c> silences it.</summary>
    public void Note(params ReadOnlySpan<Cell> cells)
    {
        if (!_quiet)
            Write(_error.Value, _terminal.Error, cells);
    }

    /// <summary>A line that says what went wrong; nothing silences it.</summary>
    public void Complaint(params ReadOnlySpan<Cell> cells) => Write(_error.Value, _terminal.Error, cells);

    /// <summary>Text that has its own syntax (DOT, YAML, …): sanitised, never styled.</summary>
    public void Text(string text)
    {
        var safe = PlainText.Lines(text);
        _terminal.Out.Write(safe);
        if (!safe.EndsWith('\n'))
            _terminal.Out.WriteLine();
    }

    /// <summary>A document whose writer has made it safe already: JSON of ASCII, XML without control characters.</summary>
    public void Document(string text) => _terminal.Out.WriteLine(text.TrimEnd('\n'));

    /// <summary>One JSON document. The encoder escapes everything outside printable ASCII, so it needs no sanitising.</summary>
    public void Json<T>(T value, JsonTypeInfo<T> type)
    {
        using (var stream = new TextWriterStream(_terminal.Out))
            JsonSerializer.Serialize(stream, value, type);
        _terminal.Out.WriteLine();
    }

    /// <summary>As <see cref="Json"/>, to standard error.</summary>
    public void JsonComplaint<T>(T value, JsonTypeInfo<T> type) => _terminal.Error.WriteLine(JsonSerializer.Serialize(value, type));

    private static void Write(IAnsiConsole console, TextWriter writer, ReadOnlySpan<Cell> cells)
    {
        foreach (var cell in cells)
        {
            if (cell.Text.Length > 0)
                console.Write(new Text(cell.Text, StyleOf(cell.Tone)));
        }
        writer.WriteLine();
    }

    private static IAnsiConsole Styled(TextWriter writer, bool colour)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = colour ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
            Out = new AnsiConsoleOutput(writer),
            // Ours is the only place that decides about colour.
            EnvironmentVariables = [],
        });
        // Lines are laid out before they come here; Spectre must not wrap them.
        console.Profile.Width = 1_000_000;
        return console;
    }

    private static Style StyleOf(Tone tone) => tone switch
    {
        Tone.Good => new Style(Color.Green),
        Tone.Warning => new Style(Color.Olive),
        Tone.Bad => new Style(Color.Maroon, decoration: Decoration.Bold),
        Tone.Faint => new Style(decoration: Decoration.Dim),
        Tone.Strong => new Style(decoration: Decoration.Bold),
        _ => Style.Plain,
    };
}
