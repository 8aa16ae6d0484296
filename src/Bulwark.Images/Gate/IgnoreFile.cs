using System.Collections.Immutable;
using System.Globalization;
using Bulwark.Images.Findings;
using Bulwark.Images.Scanning;

namespace Bulwark.Images.Gate;

/// <summary>
/// A <c>.bulwarkignore</c>: one exception a line, the reason after <c>--</c>.
/// <code>
/// # who looked at it belongs into version control
/// CVE-2023-45853 package=zlib until=2026-12-31 -- minizip is not built here
/// secret/private-key path=usr/share/doc/ -- keys of examples
/// * image=shop/legacy until=2026-12-31 -- is replaced by then
/// </code>
/// </summary>
public sealed record IgnoreFile(ImmutableArray<IgnoreRule> Rules)
{
    public const string DefaultName = ".bulwarkignore";

    /// <exception cref="IgnoreFileException">A line is no exception, or has no reason.</exception>
    public static IgnoreFile Parse(IEnumerable<string> lines)
    {
        var rules = ImmutableArray.CreateBuilder<IgnoreRule>();
        var number = 0;
        foreach (var raw in lines)
        {
            number++;
            var line = raw.Trim();
            if (line.Length > 0 && line[0] != '#')
                rules.Add(Rule(line, number));
        }
        return new(rules.ToImmutable());
    }

    /// <summary>Marks what does not count; nothing is taken out.</summary>
    public ScanResult ApplyTo(ScanResult result)
    {
        var today = DateOnly.FromDateTime(result.ScannedAt.UtcDateTime);
        var valid = Rules.Where(rule => !rule.IsOver(today) && rule.IsFor([result.Name])).ToList();
        return result with
        {
            Findings = Urgency.Ordered(result.Findings.Select(finding => valid.Find(rule => rule.Covers(finding)) is { } rule
                ? finding with { Suppression = new(rule.Reason, rule.Until) }
                : finding)),
        };
    }

    /// <summary>Exceptions that are over but would still cover something.</summary>
    public IEnumerable<IgnoreRule> Ended(ScanResult result)
    {
        var today = DateOnly.FromDateTime(result.ScannedAt.UtcDateTime);
        return Rules.Where(rule => rule.IsOver(today) && rule.IsFor([result.Name]) && result.Findings.Any(rule.Covers));
    }

    private static IgnoreRule Rule(string line, int number)
    {
        var dashes = line.IndexOf(" -- ", StringComparison.Ordinal);
        var reason = dashes < 0 ? "" : line[(dashes + 4)..].Trim();
        if (reason.Length == 0)
            throw new IgnoreFileException(number, "it gives no reason: write it after ' -- '");
        var words = line[..dashes].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
            throw new IgnoreFileException(number, "it names no finding");
        var rule = new IgnoreRule(words[0], "", "", null, reason, number);
        foreach (var word in words.Skip(1))
        {
            rule = word.Split('=', 2) switch
            {
                ["package", { Length: > 0 } package] => rule with { Package = package },
                ["path", { Length: > 0 } path] => rule with { Path = path.TrimStart('/') },
                ["image", { Length: > 0 } image] => rule with { Image = image },
                ["until", var date] when DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var until) =>
                    rule with { Until = until },
                ["until", var date] => throw new IgnoreFileException(number, $"'{date}' is no day: write it like 2026-12-31"),
                _ => throw new IgnoreFileException(number, $"'{word}' is not understood: it may have package=NAME, path=PATH, image=NAME and until=DAY"),
            };
        }
        return rule;
    }
}
