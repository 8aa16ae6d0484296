namespace Bulwark.Images.Packages.Projects;

/// <summary>
/// <c>yarn.lock</c>: of yarn 1 in a form of its own, later in YAML; both have a line that names what was asked for, and indented below it
/// what was chosen.
/// </summary>
internal static class YarnLock
{
    public static LockedPackages Parse(ReadOnlyMemory<byte> content)
    {
        var found = new List<Package>();
        var (name, version, resolution) = ("", "", "");
        void Finish()
        {
            // The project's own packages have versions too.
            if (name.Length > 0 && version.Length > 0 && !resolution.Contains("@workspace:", StringComparison.Ordinal))
                found.Add(new(PackageKind.Npm, name, version));
            (name, version, resolution) = ("", "", "");
        }
        foreach (var line in LockText.Lines(content))
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (!char.IsWhiteSpace(line[0]))
            {
                Finish();
                name = line.EndsWith(':') ? NameOf(line) : "";
            }
            else if (Value(line, "version") is { } chosen)
                version = chosen;
            else if (Value(line, "resolution") is { } resolved)
            {
                resolution = resolved;
                // Behind an alias is what is really installed.
                if (resolution.IndexOf("@npm:", StringComparison.Ordinal) is var at and > 0)
                    name = resolution[..at];
            }
        }
        Finish();
        return new(found);
    }

    // version "1.0", version: 1.0, "version" "1.0": two blanks before it, and no more.
    private static string? Value(string line, string name)
    {
        var text = line.AsSpan();
        if (text is not [' ', ' ', not ' ', ..])
            return null;
        text = text[2..].TrimStart('"');
        return text.StartsWith(name, StringComparison.Ordinal) && text.Length > name.Length && text[name.Length] is ' ' or ':' or '"'
            ? text[name.Length..].Trim(" :\"").ToString()
            : null;
    }

    // "@scope/name@^1.0.0", "name@npm:other@^1.0.0, name@~1.2": a scope begins with an @ too.
    private static string NameOf(string line)
    {
        var first = line.TrimEnd(':').Split(',')[0].Trim(' ', '"');
        var at = first.IndexOf('@', 1 < first.Length ? 1 : 0);
        if (at <= 0)
            return first == "__metadata" ? "" : first;
        var asked = first[(at + 1)..];
        if (asked.StartsWith("npm:", StringComparison.Ordinal) && asked.LastIndexOf('@') is var version and > 4)
            return asked[4..version];
        return first[..at];
    }
}
