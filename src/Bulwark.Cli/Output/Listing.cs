using System.Text;

namespace Bulwark.Cli.Output;

/// <summary>A borderless table: columns aligned over all its groups, no trailing blanks, nothing cut when piped.</summary>
internal sealed class Listing(params Column[] columns)
{
    private const string Gap = "  ";
    private const int NarrowestCut = 8;

    private readonly List<(Cell[] Heading, List<Cell[]> Rows)> _groups = [];

    public bool IsEmpty => _groups.All(group => group.Rows.Count == 0);

    /// <summary>Starts a group of rows under a line of its own.</summary>
    public void Group(params Cell[] heading) => _groups.Add((heading, []));

    public void Row(params Cell[] cells)
    {
        if (_groups.Count == 0)
            Group();
        _groups[^1].Rows.Add(cells);
    }

    public void WriteTo(Screen screen)
    {
        var grouped = _groups.Any(group => group.Heading.Length > 0);
        var indent = grouped ? Gap : "";
        var widths = Widths(screen, indent.Length);
        if (screen.Headers && !IsEmpty)
            screen.Line(Laid([.. columns.Select(column => Cell.Faint(column.Header))], widths, indent));
        foreach (var (heading, rows) in _groups)
        {
            if (grouped && (screen.Headers || heading != _groups[0].Heading))
                screen.Line();
            if (heading.Length > 0)
                screen.Line(heading);
            foreach (var row in rows)
                screen.Line(Laid(row, widths, indent));
        }
    }

    private int[] Widths(Screen screen, int indent)
    {
        var widths = columns.Select((column, index) => _groups.SelectMany(group => group.Rows).Select(row => row[index].Width)
            .Append(screen.Headers ? column.Header.Length : 0).Max()).ToArray();
        while (indent + widths.Sum() + Gap.Length * (widths.Length - 1) > screen.Width)
        {
            var widest = Enumerable.Range(0, widths.Length).Where(index => columns[index].Shrinks && widths[index] > NarrowestCut)
                .OrderByDescending(index => widths[index]).Select(index => (int?)index).FirstOrDefault();
            if (widest is null)
                break;
            widths[widest.Value]--;
        }
        return widths;
    }

    private Cell[] Laid(Cell[] row, int[] widths, string indent)
    {
        var laid = new List<Cell>(row.Length * 2 + 1);
        var blanks = indent.Length;
        for (var index = 0; index < row.Length; index++)
        {
            var cell = Cut(row[index], widths[index]);
            var missing = widths[index] - cell.Width;
            blanks += columns[index].Right ? missing : 0;
            if (cell.Text.Length > 0)
            {
                laid.Add(new string(' ', blanks));
                laid.Add(cell);
                blanks = 0;
            }
            blanks += (columns[index].Right ? 0 : missing) + Gap.Length;
        }
        return [.. laid];
    }

    private static Cell Cut(Cell cell, int width)
    {
        if (cell.Width <= width)
            return cell;
        var kept = new StringBuilder();
        foreach (var rune in cell.Text.EnumerateRunes())
        {
            if (new Cell(kept.ToString() + rune).Width > width - 1)
                break;
            kept.Append(rune.ToString());
        }
        return new(kept.Append('…').ToString(), cell.Tone);
    }
}
