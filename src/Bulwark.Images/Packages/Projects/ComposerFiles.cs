using System.Text.Json;

namespace Bulwark.Images.Packages.Projects;

/// <summary>Composer's lists of PHP packages: <c>composer.lock</c>, and <c>vendor/composer/installed.json</c> of what is installed.</summary>
internal static class ComposerFiles
{
    public static LockedPackages ParseLock(ReadOnlyMemory<byte> content)
    {
        using var json = LockText.Json(content);
        return new([.. json.RootElement.Array("packages").Concat(json.RootElement.Array("packages-dev")).Select(Read).OfType<Package>()]);
    }

    /// <summary>Composer 1 writes a list, Composer 2 an object around it.</summary>
    public static LockedPackages ParseInstalled(ReadOnlyMemory<byte> content)
    {
        using var json = LockText.Json(content);
        var items = json.RootElement.ValueKind == JsonValueKind.Array ? json.RootElement.EnumerateArray() : json.RootElement.Array("packages");
        return new([.. items.Select(Read).OfType<Package>()]);
    }

    private static Package? Read(JsonElement item)
    {
        var (name, version) = (item.Text("name"), item.Text("version"));
        if (version is ['v' or 'V', >= '0' and <= '9', ..])
            version = version[1..];
        return name.Length > 0 && version.Length > 0 ? new(PackageKind.Composer, name, version) : null;
    }
}
