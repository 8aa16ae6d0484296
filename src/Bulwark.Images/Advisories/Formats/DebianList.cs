using System.Globalization;
using Bulwark.Images.Packages;

namespace Bulwark.Images.Advisories.Formats;

/// <summary>
/// The security tracker's lists of published advisories, <c>data/DSA/list</c> and <c>data/DLA/list</c>
/// (https://salsa.debian.org/security-tracker-team/security-tracker). Unlike the tracker's JSON they go back to releases of long ago,
/// but they hold only what was repaired.
/// <code>
/// [17 May 2023] DSA-5405-1 libapache2-mod-auth-openidc - security update
///         {CVE-2023-28625}
///         [bullseye] - libapache2-mod-auth-openidc 2.4.9.4-0+deb11u3
/// </code>
/// </summary>
internal static class DebianList
{
    /// <returns>The newest date in it, or null.</returns>
    public static DateTimeOffset? Read(TextReader text, Action<Advisory> add)
    {
        DateTimeOffset? newest = null;
        var (id, title) = ("", "");
        string[] issues = [];
        while (text.ReadLine() is { } line)
        {
            if (line.StartsWith('['))
            {
                issues = [];
                var close = line.IndexOf(']', StringComparison.Ordinal);
                var words = close < 0 ? [] : line[(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words.Length == 0)
                    throw new AdvisoryFormatException($"a line is no advisory: {line}");
                id = words[0];
                title = string.Join(' ', words.Skip(1));
                if (DateTimeOffset.TryParseExact(line[1..close], ["d MMM yyyy", "dd MMM yyyy"], CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal, out var date) && (newest is null || date > newest))
                    newest = date;
                continue;
            }
            var trimmed = line.Trim();
            if (trimmed.StartsWith('{'))
                issues = trimmed.Trim('{', '}').Split(' ', StringSplitOptions.RemoveEmptyEntries);
            else if (trimmed.StartsWith('['))
                AddRelease(trimmed, id, title, issues, add);
        }
        return newest;
    }

    private static void AddRelease(string line, string id, string title, string[] issues, Action<Advisory> add)
    {
        // "[bullseye] - source version" or "… <state> (why)"; "NOTE:" and "TODO:" lines have no bracket.
        var close = line.IndexOf(']', StringComparison.Ordinal);
        if (close < 0 || DebianReleases.Number(line[1..close]) is not { } release)
            return;
        if (line[(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is not ["-", var source, var version, ..])
            return;
        AdvisoryState? state = version switch
        {
            "<not-affected>" => AdvisoryState.NotAffected,
            "<end-of-life>" => AdvisoryState.EndOfLife,
            "<unfixed>" => AdvisoryState.Affected,
            "<no-dsa>" or "<postponed>" => AdvisoryState.Deferred,
            "<ignored>" => AdvisoryState.WontFix,
            "<undetermined>" => AdvisoryState.Undetermined,
            ['<', ..] => null,
            _ => AdvisoryState.Fixed,
        };
        if (state is null)
            return;
        foreach (var issue in issues.Length > 0 ? issues : [id])
        {
            add(new()
            {
                Ecosystem = $"debian:{release}",
                Package = source,
                Id = issue,
                State = state.Value,
                Ranges = state == AdvisoryState.NotAffected ? [] : [new("", state == AdvisoryState.Fixed ? version : "", "")],
                Summary = title,
                Note = id,
                Source = id.StartsWith("DLA", StringComparison.Ordinal) ? "debian-dla" : "debian-dsa",
            });
        }
    }
}
