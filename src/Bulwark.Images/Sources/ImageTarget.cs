namespace Bulwark.Images.Sources;

/// <summary>What people write to name an image: a path or a name, with or without a word before it that says which.</summary>
public static class ImageTarget
{
    public const string Docker = "docker:";
    public const string Archive = "archive:";
    public const string Layout = "oci:";
    public const string RootDirectory = "dir:";

    /// <param name="dockerEndpoint">The daemon to ask, <c>unix:///path</c>.</param>
    /// <param name="tag">Which of the images in an archive or a layout; empty for the only one.</param>
    public static IImageSource Open(string target, string dockerEndpoint, string tag = "", Platform? platform = null)
    {
        ImageChoice Choice(string place) => new(place, tag, platform);
        if (target.StartsWith(Docker, StringComparison.Ordinal))
            return new DockerSource(dockerEndpoint, target[Docker.Length..]);
        if (target.StartsWith(Archive, StringComparison.Ordinal))
            return new ArchiveSource(target[Archive.Length..], Choice(target[Archive.Length..]));
        if (target.StartsWith(Layout, StringComparison.Ordinal))
        {
            var path = target[Layout.Length..];
            return Directory.Exists(path) ? new OciLayoutSource(path, Choice(path)) : new ArchiveSource(path, Choice(path));
        }
        if (target.StartsWith(RootDirectory, StringComparison.Ordinal))
            return new DirectorySource(target[RootDirectory.Length..]);
        if (Directory.Exists(target))
            return OciLayoutSource.IsLayout(target) ? new OciLayoutSource(target, Choice(target)) : new DirectorySource(target);
        // What can only be a path is no name to ask Docker for.
        return File.Exists(target) || target.StartsWith('/') || target.StartsWith('.') || target.EndsWith(".tar", StringComparison.Ordinal)
            ? new ArchiveSource(target, Choice(target))
            : new DockerSource(dockerEndpoint, target);
    }
}
