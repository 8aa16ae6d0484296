using System.Text.RegularExpressions;

namespace Bulwark.Images.Packages.Projects;

/// <summary>Bundler's <c>Gemfile.lock</c>: below <c>specs:</c> a line for each gem, with four blanks before it; its needs have six.</summary>
internal static partial class GemfileLock
{
    public static LockedPackages Parse(ReadOnlyMemory<byte> content)
    {
        var found = new List<Package>();
        var isInSpecs = false;
        foreach (var line in LockText.Lines(content))
        {
            if (line.Length > 0 && line[0] != ' ')
                isInSpecs = false;
            else if (line.Trim() == "specs:")
                isInSpecs = true;
            else if (isInSpecs && Gem().Match(line) is { Success: true } match)
                found.Add(new(PackageKind.Gem, match.Groups["name"].Value, match.Groups["version"].Value));
        }
        return new(found);
    }

    // "nokogiri (1.13.3-x86_64-linux)": what follows a dash is the platform.
    [GeneratedRegex(@"\A {4}(?<name>[A-Za-z0-9._-]+) \((?<version>[A-Za-z0-9.]+)(?:-[^)]*)?\)\s*\z", RegexOptions.NonBacktracking)]
    private static partial Regex Gem();
}
