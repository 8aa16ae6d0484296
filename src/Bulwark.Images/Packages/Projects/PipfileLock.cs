namespace Bulwark.Images.Packages.Projects;

/// <summary>pipenv's <c>Pipfile.lock</c>: groups of packages, each with a version <c>==1.2</c>.</summary>
internal static class PipfileLock
{
    public static LockedPackages Parse(ReadOnlyMemory<byte> content)
    {
        if (content.Span.Trim(" \t\r\n"u8).IsEmpty)
            return new([]);
        using var json = LockText.Json(content);
        var found = new List<Package>();
        var open = 0;
        foreach (var (name, version) in ((string[])["default", "develop"]).SelectMany(group => json.RootElement.Object(group)).Select(item => (item.Name, item.Value.Text("version"))))
        {
            if (version.StartsWith("==", StringComparison.Ordinal) && version.Length > 2)
                found.Add(new(PackageKind.Python, name, version[2..]));
            else
                open++;
        }
        return new(found, open);
    }
}
