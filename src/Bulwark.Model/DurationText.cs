using System.Buffers;
using System.Globalization;

namespace Bulwark.Model;

/// <summary>Durations as people write them, everywhere: <c>30s</c>, <c>10m</c>, <c>24h</c>, <c>7d</c>, <c>1h30m</c>.</summary>
public static class DurationText
{
    /// <summary>Longer ones are refused: nobody means them, and subtracted from now they could leave the calendar.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(36500);

    private static readonly SearchValues<char> Number = SearchValues.Create("0123456789.");

    /// <summary>Reads a duration: one or more numbers, each with its unit (<c>ms</c>, <c>s</c>, <c>m</c>, <c>h</c>, <c>d</c>).</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = default;
        if (text.IsEmpty)
            return false;
        // Decimal, because 0.1 s in binary is not the tenth of a second that was written.
        var ticks = 0m;
        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExcept(Number);
            if (digits <= 0 || !decimal.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return false;
            text = text[digits..];
            var letters = text.IndexOfAny(Number);
            if (Unit(letters < 0 ? text : text[..letters]) is not { } unit)
                return false;
            text = letters < 0 ? [] : text[letters..];
            if (number > Longest.Ticks)
                return false;
            ticks += number * unit.Ticks;
        }
        if (ticks > Longest.Ticks)
            return false;
        duration = TimeSpan.FromTicks((long)ticks);
        return true;
    }

    private static TimeSpan? Unit(ReadOnlySpan<char> text) => text switch
    {
        "ms" => TimeSpan.FromMilliseconds(1),
        "s" => TimeSpan.FromSeconds(1),
        "m" => TimeSpan.FromMinutes(1),
        "h" => TimeSpan.FromHours(1),
        "d" => TimeSpan.FromDays(1),
        _ => null,
    };
}
