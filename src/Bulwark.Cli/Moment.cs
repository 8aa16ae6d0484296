using System.Globalization;
using Bulwark.Cli.Help;
using Bulwark.Model;

namespace Bulwark.Cli;

/// <summary>Reads a point in time as people type it: RFC 3339, or how long ago.</summary>
internal static class Moment
{
    public static DateTimeOffset? Read(string? text, string option, TimeProvider clock)
    {
        if (text is null)
            return null;
        if (DurationText.TryParse(text, out var ago))
            return clock.GetUtcNow() - ago;
        if (text.Contains('-', StringComparison.Ordinal)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            return time.ToUniversalTime();
        throw new UsageFailure($"'{text}' is no time for {option}")
        {
            Cause = "a time is written 2026-03-01T12:00:00Z, or as how long ago: 90s, 10m, 6h, 7d, 1h30m",
            Hint = "bulwark help names",
        };
    }
}
