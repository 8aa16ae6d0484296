using System.Globalization;
using Bulwark.Model;

namespace Bulwark.Cli.Output;

/// <summary>Values in the words that people read and type.</summary>
internal static class Words
{
    public static readonly string[] Verdicts = ["allowed", "would-block", "blocked"];
    public static readonly string[] Modes = ["learn", "audit", "protect"];

    private static readonly string[] s_byteUnits = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

    public static string Of(Verdict verdict) => Verdicts[(int)verdict];

    public static string Of(Mode mode) => Modes[(int)mode];

    public static Mode ParseMode(string word) => (Mode)Array.IndexOf(Modes, word);

    public static Verdict ParseVerdict(string word) => (Verdict)Array.IndexOf(Verdicts, word);

    /// <summary><c>-></c> for a conversation that the workload opens, <c>&lt;-</c> for one that it answers.</summary>
    public static string Arrow(Direction direction) => direction == Direction.Out ? "->" : "<-";

    /// <summary>Three digits and a decimal unit: <c>1.24 MB</c>.</summary>
    public static string Bytes(long bytes)
    {
        double value = bytes;
        var unit = 0;
        while (value >= 999.5 && unit < s_byteUnits.Length - 1)
        {
            value /= 1000;
            unit++;
        }
        var format = unit == 0 || value >= 99.95 ? "0" : value >= 9.995 ? "0.0" : "0.00";
        return string.Create(CultureInfo.InvariantCulture, $"{value.ToString(format, CultureInfo.InvariantCulture)} {s_byteUnits[unit]}");
    }

    /// <summary>How long, in its largest unit: <c>45s</c>, <c>12m</c>, <c>3h</c>, <c>9d</c>.</summary>
    public static string Duration(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => "0s",
        { TotalMinutes: < 2 } => Whole(span.TotalSeconds, "s"),
        { TotalHours: < 2 } => Whole(span.TotalMinutes, "m"),
        { TotalDays: < 2 } => Whole(span.TotalHours, "h"),
        _ => Whole(span.TotalDays, "d"),
    };

    /// <summary>When, seen from now: <c>12m ago</c>.</summary>
    public static string Ago(DateTimeOffset time, TimeProvider clock) => time == default ? "never" : Duration(clock.GetUtcNow() - time) + " ago";

    public static string Instant(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A number and its noun: <c>1 zone</c>, <c>2 zones</c>.</summary>
    public static string Count(long count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {noun}{(count == 1 ? "" : "s")}");

    private static string Whole(double value, string unit) => ((long)value).ToString(CultureInfo.InvariantCulture) + unit;
}
