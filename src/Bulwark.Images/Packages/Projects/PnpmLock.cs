namespace Bulwark.Images.Packages.Projects;

/// <summary>
/// <c>pnpm-lock.yaml</c> of versions 5 to 9 (https://github.com/pnpm/spec, "lockfile"). pnpm writes its YAML in one form only, and that
/// form is all that is read: the keys below <c>packages</c>, and the <c>name</c> and <c>version</c> of those whose key says neither.
/// </summary>
internal static class PnpmLock
{
    public static LockedPackages Parse(ReadOnlyMemory<byte> content)
    {
        var found = new List<Package>();
        var isInPackages = false;
        var (name, version) = ("", "");
        void Finish()
        {
            if (name.Length > 0 && version.Length > 0)
                found.Add(new(PackageKind.Npm, name, version));
            (name, version) = ("", "");
        }
        foreach (var line in LockText.Lines(content))
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            var indent = line.Length - line.TrimStart(' ').Length;
            var text = line.Trim();
            if (indent == 0)
            {
                Finish();
                isInPackages = text == "packages:";
            }
            else if (isInPackages && indent == 2 && KeyOf(text) is { } key)
            {
                Finish();
                (name, version) = Split(key);
            }
            else if (isInPackages && indent == 4 && text.StartsWith("name: ", StringComparison.Ordinal))
                name = Unquoted(text["name: ".Length..]);
            else if (isInPackages && indent == 4 && text.StartsWith("version: ", StringComparison.Ordinal))
                version = Unquoted(text["version: ".Length..]);
        }
        Finish();
        return new(found);
    }

    private static string? KeyOf(string text)
    {
        var end = text.EndsWith(": {}", StringComparison.Ordinal) ? text.Length - 4 : text.EndsWith(':') ? text.Length - 1 : -1;
        return end > 0 ? Unquoted(text[..end]) : null;
    }

    // "/name/1.0.0_peer@2", "host/@scope/name/1.0.0", "/@scope/name@1.0.0(peer@2)", "name@1.0.0", "name@https://…".
    private static (string Name, string Version) Split(string key)
    {
        var text = key.TrimStart('/');
        if (text.IndexOf('(', StringComparison.Ordinal) is var peers and > 0)
            text = text[..peers];
        if (text.IndexOf('@', Math.Min(1, text.Length)) is var at and > 0 && IsName(text[..at]))
            return (text[..at], IsVersion(text[(at + 1)..]) ? text[(at + 1)..] : "");
        var parts = text.Split('/');
        if (parts.Length < 2)
            return ("", "");
        var (name, version) = (parts[^2], parts[^1].Split('_')[0]);
        if (parts.Length > 2 && parts[^3].StartsWith('@'))
            name = $"{parts[^3]}/{name}";
        return IsVersion(version) ? (name, version) : ("", "");
    }

    private static bool IsName(string text) => text.Split('/') is [not ['@', ..]] or [['@', ..], _];

    private static bool IsVersion(string text) => text.Length > 0 && char.IsAsciiDigit(text[0]) && text.IndexOfAny([':', '/', ' ']) < 0;

    private static string Unquoted(string text) => text.Trim().Trim('\'', '"');
}
