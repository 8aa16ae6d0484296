namespace Bulwark.Cli.Output;

/// <summary>Prose that fits a terminal.</summary>
internal static class Paragraph
{
    // Longer lines are hard to read, however wide the window is.
    private const int WidestLine = 100;

    /// <summary>Breaks at blanks; a word that is too long for a line has one to itself. One line when piped.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        if (width == int.MaxValue)
            return [text];
        var limit = Math.Min(width, WidestLine);
        var lines = new List<string>();
        var line = "";
        foreach (var word in PlainText.Of(text).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && new Cell(line).Width + 1 + new Cell(word).Width > limit)
            {
                lines.Add(line);
                line = "";
            }
            line = line.Length == 0 ? word : $"{line} {word}";
        }
        lines.Add(line);
        return lines;
    }
}
