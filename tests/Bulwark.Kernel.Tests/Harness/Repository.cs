namespace Bulwark.Kernel.Tests.Harness;

/// <summary>Where the sources are.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Bulwark.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("No Bulwark.slnx above the test.");
        return folder;
    }
}
