using System.IO.Compression;
using System.Text.RegularExpressions;

namespace Bulwark.Images.Tests.Proof;

/// <summary>What the maintainers of a package wrote down with each version (<c>deb-changelog(5)</c>).</summary>
/// <param name="Issues">Vulnerabilities that are named there.</param>
internal sealed partial record DebianChangelog(string Source, string Version, string Suite, string[] Issues)
{
    /// <summary>The entries of each source of a root, newest first.</summary>
    public static IEnumerable<List<DebianChangelog>> Of(DebianRoot root) =>
        Directory.GetFiles($"{root.Path}/usr/share/doc", "changelog.Debian.gz", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Where(path => new FileInfo(path).LinkTarget is null).Select(Read).Where(entries => entries.Count > 0).DistinctBy(entries => (entries[0].Source, entries[0].Version));

    private static List<DebianChangelog> Read(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        var entries = new List<DebianChangelog>();
        var (head, issues) = ((Match?)null, new SortedSet<string>(StringComparer.Ordinal));
        while (reader.ReadLine() is { } line)
        {
            if (Head().Match(line) is { Success: true } match)
                (head, issues) = (match, new(StringComparer.Ordinal));
            else if (line.StartsWith(" -- ", StringComparison.Ordinal) && head is not null)
            {
                entries.Add(new(head.Groups["source"].Value, head.Groups["version"].Value, head.Groups["suite"].Value, [.. issues]));
                head = null;
            }
            foreach (var issue in Issue().EnumerateMatches(line))
                issues.Add(line.Substring(issue.Index, issue.Length));
        }
        return entries;
    }

    [GeneratedRegex(@"\A(?<source>[a-z0-9][a-z0-9.+-]*) \((?<version>[^ ()]+)\) (?<suite>[^;]+);")]
    private static partial Regex Head();

    [GeneratedRegex(@"CVE-[0-9]{4}-[0-9]{4,}")]
    private static partial Regex Issue();
}
