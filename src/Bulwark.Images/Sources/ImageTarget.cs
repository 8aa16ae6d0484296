using Bulwark.Images.Registries;

namespace Bulwark.Images.Sources;

/// <summary>What people write to name an image: a path or a name, with or without a word before it that says which.</summary>
public static class ImageTarget
{
    public const string Docker = "docker:";
    public const string Archive = "archive:";
    public const string Layout = "oci:";
    public const string RootDirectory = "dir:";
    public const string Registry = "registry:";
    public const string Container = "container:";

    /// <param name="dockerEndpoint">The daemon to ask, <c>unix:///path</c>.</param>
    /// <param name="tag">Which of the images in an archive or a layout; empty for the only one.</param>
    /// <param name="registries">How to speak with registries; null for the ordinary way.</param>
    /// <exception cref="ImageException">It names no image of a registry.</exception>
    public static IImageSource Open(string target, string dockerEndpoint, string tag = "", Platform? platform = null, RegistryOptions? registries = null)
    {
        ImageChoice Choice(string place) => new(place, tag, platform);
        if (target.StartsWith(Docker, StringComparison.Ordinal))
            return new DockerSource(dockerEndpoint, target[Docker.Length..]);
        if (target.StartsWith(Container, StringComparison.Ordinal))
            return new ContainerSource(dockerEndpoint, target[Container.Length..]);
        if (target.StartsWith(Registry, StringComparison.Ordinal))
            return FromRegistry(target[Registry.Length..], platform, registries);
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
        if (File.Exists(target) || target.StartsWith('/') || target.StartsWith('.') || target.EndsWith(".tar", StringComparison.Ordinal))
            return new ArchiveSource(target, Choice(target));
        var docker = new DockerSource(dockerEndpoint, target);
        // A name without a registry in it is never asked of one on the internet.
        return ImageReference.NamesHost(target) ? new FirstSource(docker, FromRegistry(target, platform, registries)) : docker;
    }

    private static RegistrySource FromRegistry(string name, Platform? platform, RegistryOptions? registries) => new(
        ImageReference.Parse(name) ?? throw new ImageException($"'{name}' is no name of an image in a registry", "", "write it like registry.example.com/shop/web:1"),
        platform, registries ?? new());
}
