using System.Text.Json;

namespace Bulwark.Images.Packages.Projects;

/// <summary>npm's <c>package-lock.json</c> (npm's documentation, package-lock-json), all three versions.</summary>
internal static class NpmLock
{
    private const string Folder = "node_modules/";
    private const string Alias = "npm:";

    public static LockedPackages Parse(ReadOnlyMemory<byte> content)
    {
        using var json = LockText.Json(content);
        var found = new List<Package>();
        if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("packages", out var packages) && packages.ValueKind == JsonValueKind.Object)
            AddFolders(packages, found);
        else
            AddTree(json.RootElement, found);
        return new(found);
    }

    // Version 2 and 3: by the folder that it goes into; what is in no node_modules is the project's own.
    private static void AddFolders(JsonElement packages, List<Package> found)
    {
        foreach (var (path, package) in packages.EnumerateObject().Select(item => (item.Name, item.Value)))
        {
            var at = path.LastIndexOf(Folder, StringComparison.Ordinal);
            if (at < 0)
                continue;
            Add(package.Text("name") is { Length: > 0 } name ? name : path[(at + Folder.Length)..], package.Text("version"), found);
        }
    }

    private static void AddTree(JsonElement parent, List<Package> found)
    {
        foreach (var item in parent.Object("dependencies"))
        {
            Add(item.Name, item.Value.Text("version"), found);
            AddTree(item.Value, found);
        }
    }

    private static void Add(string name, string version, List<Package> found)
    {
        if (version.StartsWith(Alias, StringComparison.Ordinal) && version.LastIndexOf('@') is var at and > 4)
            (name, version) = (version[Alias.Length..at], version[(at + 1)..]);
        // Anything with a colon or a slash is an address, of a file or of a commit.
        if (name.Length > 0 && version.Length > 0 && version.IndexOfAny([':', '/', '#']) < 0)
            found.Add(new(PackageKind.Npm, name, version));
    }
}
