using System.Globalization;
using Bulwark.Cli.Help;

namespace Bulwark.Cli;

/// <summary>Reads a point in time as people type it: RFC 3339, or how long ago.</summary>
internal static class Moment
{
    public static DateTimeOffset? Read(string? text, string option, TimeProvider clock)
    {
        if (text is null)
            return null;
        if (TryReadDuration(text, out var ago))
            return clock.GetUtcNow() - ago;
        if (text.Contains('-', StringComparison.Ordinal)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            return time.ToUniversalTime();
        throw new UsageFailure($"'{text}' is no time for {option}")
        {
            Cause = "a time is written 2026-03-01T12:00:00Z, or as how long ago: 90s, 10m, 6h, 7d",
            Hint = "bulwark help names",
        };
    }

    /// <summary>Reads how long: 90s, 10m, 6h, 7d.</summary>
    public static bool TryReadDuration(string text, out TimeSpan duration)
    {
        duration = default;
        if (text.Length < 2 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return false;
        // Nobody asks for more than a century, and beyond it the subtraction could leave the calendar.
        long? seconds = text[^1] switch
        {
            's' => count,
            'm' => count * 60L,
            'h' => count * 3600L,
            'd' => count * 86400L,
            _ => null,
        };
        if (seconds is null or > 100L * 366 * 86400)
            return false;
        duration = TimeSpan.FromSeconds(seconds.Value);
        return true;
    }
}
