namespace Bulwark.Images.Tests.Harness;

/// <summary>
/// Conformance vectors and real advisories that lie beside the project (shared/data/scanning, whose README says where they are from).
/// None of it is copied into the repository.
/// </summary>
internal static class SharedData
{
    private static readonly Lazy<string?> s_root = new(Find);

    /// <summary>Whether there is such a folder on this machine.</summary>
    public static bool IsHere => s_root.Value is not null;

    public static string PathOf(string name) => Path.Combine(s_root.Value ?? throw new InvalidOperationException("there is no shared data here"), name);

    private static string? Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var candidate = Path.Combine(directory.FullName, "shared", "data", "scanning");
            if (Directory.Exists(candidate))
                return candidate;
        }
        return null;
    }
}
