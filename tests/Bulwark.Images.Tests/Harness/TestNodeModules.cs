namespace Bulwark.Images.Tests.Harness;

/// <summary>Where the npm packages are that tests use (tests/schemas); <c>./setup</c> fetches them.</summary>
internal static class TestNodeModules
{
    private static readonly Lazy<string> s_folder = new(Find);

    public static string Folder => s_folder.Value;

    private static string Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var candidate = Path.Combine(directory.FullName, "tests", "schemas");
            if (!File.Exists(Path.Combine(candidate, "package.json")))
                continue;
            Assert.True(Directory.Exists(Path.Combine(candidate, "node_modules")), $"{candidate}/node_modules is missing: run ./setup");
            return candidate;
        }
        throw new InvalidOperationException("tests/schemas is not above the tests");
    }
}
