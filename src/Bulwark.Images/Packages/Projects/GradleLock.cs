namespace Bulwark.Images.Packages.Projects;

/// <summary>Gradle's <c>gradle.lockfile</c>: <c>group:artifact:version=configurations</c> on each line.</summary>
internal static class GradleLock
{
    public static LockedPackages Parse(ReadOnlyMemory<byte> content)
    {
        var found = new List<Package>();
        foreach (var line in LockText.Lines(content).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
        {
            if (line.Split('=')[0].Split(':') is [{ Length: > 0 } group, { Length: > 0 } artifact, { Length: > 0 } version])
                found.Add(new(PackageKind.Maven, $"{group}:{artifact}", version));
        }
        return new(found);
    }
}
