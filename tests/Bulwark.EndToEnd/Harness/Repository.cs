using System.Reflection;

namespace Bulwark.EndToEnd.Harness;

/// <summary>Where the sources are that the tests were built from.</summary>
public static class Repository
{
    public static string Root { get; } =
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(each => each.Key == "RepositoryRoot").Value!;
}
