namespace Bulwark.Images.Packages.Projects;

/// <summary>
/// Lock files that programs write in TOML with a <c>[[package]]</c> for each package: <c>Cargo.lock</c>, <c>poetry.lock</c>, <c>uv.lock</c>.
/// Their names and versions are plain texts on lines of their own.
/// </summary>
internal static class TomlLock
{
    private const string Fence = "\"\"\"";

    public static LockedPackages Parse(ReadOnlyMemory<byte> content, PackageKind kind)
    {
        var found = new List<Package>();
        var isInPackage = false;
        var (name, version, isOwn) = ("", "", false);
        void Finish()
        {
            if (name.Length > 0 && version.Length > 0 && !isOwn)
                found.Add(new(kind, name, version));
            (name, version, isOwn) = ("", "", false);
        }
        var isInText = false;
        foreach (var raw in LockText.Lines(content))
        {
            var line = raw.Trim();
            // A text over several lines may hold anything.
            var isText = isInText;
            isInText ^= line.Split(Fence).Length % 2 == 0;
            if (isText)
                continue;
            if (line.StartsWith('['))
            {
                if (line.Split('#')[0].Trim() == "[[package]]")
                {
                    Finish();
                    isInPackage = true;
                }
                else
                    isInPackage = false;
            }
            else if (isInPackage && Value(line, "name") is { } named)
                name = named;
            else if (isInPackage && Value(line, "version") is { } versioned)
                version = versioned;
            // uv lists the project itself, at a place on the disk.
            else if (isInPackage && (line.StartsWith("source = { virtual", StringComparison.Ordinal) || line.StartsWith("source = { editable", StringComparison.Ordinal)))
                isOwn = true;
        }
        Finish();
        return new(found);
    }

    // name = "text"
    private static string? Value(string line, string name)
    {
        if (!line.StartsWith(name, StringComparison.Ordinal) || line[name.Length..].TrimStart() is not ['=', .. var rest])
            return null;
        var value = rest.TrimStart();
        if (value.StartsWith(Fence, StringComparison.Ordinal) && value.Length >= 2 * Fence.Length && value.EndsWith(Fence, StringComparison.Ordinal))
            return value[Fence.Length..^Fence.Length];
        var quote = value.Length > 0 ? value[0] : ' ';
        var end = quote is '"' or '\'' ? value.IndexOf(quote, 1) : -1;
        return end > 0 ? value[1..end] : null;
    }
}
