using System.Text;

namespace Bulwark.Images.Packages.Languages;

/// <summary>
/// What the manifest of a JAR (<c>META-INF/MANIFEST.MF</c>, JAR file specification) tells about the Maven package that it is, where Maven's own
/// properties are missing. A name is only taken where the file's name and the manifest tell the same: a wrong one would be judged by
/// another's advisories.
/// </summary>
internal static class JavaManifest
{
    /// <param name="manifest">The manifest; it is read as UTF-8.</param>
    /// <param name="fileName">The JAR's, without its directory: <c>log4j-core-2.17.1.jar</c>.</param>
    /// <returns>Null if they do not tell, or could mean several.</returns>
    public static Package? Read(ReadOnlySpan<byte> manifest, ReadOnlySpan<char> fileName)
    {
        var main = MainSection(Encoding.UTF8.GetString(manifest));
        string Value(string name) => main.GetValueOrDefault(name, "");
        var stem = fileName[..Math.Max(0, fileName.LastIndexOf('.'))].ToString();
        foreach (var version in (string[])[Value("Implementation-Version"), Value("Bundle-Version"), Value("Specification-Version")])
        {
            // OSGi writes 1.0-rc1 as 1.0.0.rc1; only what is the same in both counts.
            if (version.Length == 0 || !char.IsAsciiDigit(version[0]) || !stem.EndsWith($"-{version}", StringComparison.Ordinal))
                continue;
            var artifact = stem[..^(version.Length + 1)];
            if (artifact.Length > 0 && Group(artifact, Value("Implementation-Vendor-Id"), Value("Bundle-SymbolicName").Split(';')[0].Trim()) is { } group)
                return new(PackageKind.Maven, $"{group}:{artifact}", version);
        }
        return null;
    }

    // Maven's archiver writes the group into Implementation-Vendor-Id. maven-bundle-plugin makes the symbolic name of group and artifact: joined by
    // a dot, and where the artifact begins with the group's last part, that part only once (org.apache.maven + maven-core = org.apache.maven.core).
    private static string? Group(string artifact, string vendorId, string symbolicName)
    {
        if (IsGroup(vendorId))
            return vendorId;
        if (!IsGroup(symbolicName))
            return null;
        // Where the name ends in the whole artifact, the group may end in it too: both make the same name, and neither is taken.
        for (var at = artifact.IndexOf('-', StringComparison.Ordinal); at > 0; at = artifact.IndexOf('-', at + 1))
        {
            var (first, rest) = (artifact[..at], artifact[(at + 1)..]);
            if (symbolicName.EndsWith($".{first}.{rest}", StringComparison.Ordinal))
                return Checked(symbolicName[..^(rest.Length + 1)]);
        }
        return null;
    }

    private static string? Checked(string group) => IsGroup(group) ? group : null;

    private static bool IsGroup(string text) => text.Contains('.', StringComparison.Ordinal) && !text.StartsWith('.') && !text.EndsWith('.')
        && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_');

    // Lines are folded after 72 bytes, and go on behind a blank. An empty line ends what is about the JAR as a whole.
    private static Dictionary<string, string> MainSection(string manifest)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var (key, value) = ("", new StringBuilder());
        using var reader = new StringReader(manifest.TrimStart('\uFEFF'));
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            if (line[0] == ' ' && key.Length > 0)
                value.Append(line.AsSpan(1));
            else if (line.Split(':', 2) is [var name, var begun])
            {
                values[key] = value.ToString().Trim().Trim('"');
                key = name;
                value.Clear().Append(begun.TrimStart(' '));
            }
        }
        values[key] = value.ToString().Trim().Trim('"');
        return values;
    }
}
