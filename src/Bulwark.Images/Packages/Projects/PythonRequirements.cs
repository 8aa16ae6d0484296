using System.Text;
using System.Text.RegularExpressions;

namespace Bulwark.Images.Packages.Projects;

/// <summary>pip's <c>requirements.txt</c> (https://pip.pypa.io/en/stable/reference/requirements-file-format): those that name one version.</summary>
internal static partial class PythonRequirements
{
    private const int LongestLine = 64 << 10;

    public static LockedPackages Parse(ReadOnlyMemory<byte> content)
    {
        var found = new List<Package>();
        var open = 0;
        foreach (var line in Joined(LockText.Lines(content)))
        {
            if (line.Length == 0 || line[0] is '#' or '-')
                continue;
            if (Pinned().Match(line) is { Success: true } match)
                found.Add(new(PackageKind.Python, match.Groups["name"].Value, match.Groups["version"].Value));
            else
                open++;
        }
        return new(found, open);
    }

    // A stroke at its end joins a line with the next.
    private static IEnumerable<string> Joined(IEnumerable<string> lines)
    {
        var begun = new StringBuilder();
        foreach (var line in lines)
        {
            begun.Append(line.TrimEnd());
            if (begun.Length is > 0 and < LongestLine && begun[^1] == '\\')
            {
                begun[^1] = ' ';
                continue;
            }
            yield return begun.ToString().Trim();
            begun.Clear();
        }
        yield return begun.ToString().Trim();
    }

    [GeneratedRegex(@"\A(?<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*\(?\s*={2,3}\s*(?<version>[A-Za-z0-9.!+_-]+)\s*\)?\s*(?:\z|[;#]|\s-)", RegexOptions.NonBacktracking)]
    private static partial Regex Pinned();
}
