using System.Globalization;
using Bulwark.Model;
using Spectre.Console.Rendering;

namespace Bulwark.Cli.Output;

/// <summary>A piece of one line, safe to show: its text is sanitised when it is made.</summary>
internal readonly struct Cell(string? text, Tone tone = Tone.Plain)
{
    private readonly string? _text = PlainText.Of(text);

    public string Text => _text ?? "";

    public Tone Tone { get; } = tone;

    /// <summary>Columns that it takes in a terminal: two for a wide character.</summary>
    public int Width => new Segment(Text).CellCount();

    public static implicit operator Cell(string? text) => new(text);

    public static Cell Faint(string? text) => new(text, Tone.Faint);

    public static Cell Strong(string? text) => new(text, Tone.Strong);

    public static Cell Count(long count, Tone toneIfAny = Tone.Plain) =>
        new(count.ToString("N0", CultureInfo.InvariantCulture), count == 0 ? Tone.Faint : toneIfAny);

    public static Cell Of(Verdict verdict) => new(Words.Of(verdict), verdict switch
    {
        Verdict.Allowed => Tone.Good,
        Verdict.WouldBlock => Tone.Warning,
        _ => Tone.Bad,
    });

    public static Cell Of(Mode mode) => new(Words.Of(mode), mode switch
    {
        Mode.Protect => Tone.Good,
        Mode.Audit => Tone.Warning,
        _ => Tone.Plain,
    });

    /// <summary>Several values in one cell; <c>-</c> if there are none.</summary>
    public static Cell List(IEnumerable<string> values)
    {
        var text = string.Join(", ", values);
        return text.Length == 0 ? Faint("-") : text;
    }

    public static Cell OrDash(string? text) => string.IsNullOrEmpty(text) ? Faint("-") : text;
}
