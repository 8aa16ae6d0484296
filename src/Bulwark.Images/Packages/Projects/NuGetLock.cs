namespace Bulwark.Images.Packages.Projects;

/// <summary>NuGet's <c>packages.lock.json</c>: for each framework the packages, each with what was chosen for it.</summary>
internal static class NuGetLock
{
    public static LockedPackages Parse(ReadOnlyMemory<byte> content)
    {
        using var json = LockText.Json(content);
        return new([.. json.RootElement.Object("dependencies").SelectMany(framework => framework.Value.Properties())
            .Where(item => item.Value.Text("type") != "Project" && item.Value.Text("resolved").Length > 0)
            .Select(item => new Package(PackageKind.NuGet, item.Name, item.Value.Text("resolved")))]);
    }
}
