using System.Runtime.CompilerServices;

namespace Bulwark.Cli.Tests;

/// <summary>Compares output with a file beside the tests; UPDATE_GOLDEN=1 writes the file instead.</summary>
internal static class GoldenFile
{
    public static void Check(string name, string actual, [CallerFilePath] string test = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(test)!, "Golden", name);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(path, actual);
            return;
        }
        Assert.True(File.Exists(path), $"{path} is missing; run the tests with UPDATE_GOLDEN=1");
        Assert.Equal(File.ReadAllText(path), actual);
    }
}
