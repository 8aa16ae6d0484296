using Bulwark.Images.Packages;

namespace Bulwark.Images.Advisories.Formats;

/// <summary>OSV's names of ecosystems (https://ossf.github.io/osv-schema/#defined-ecosystems) in ours.</summary>
internal static class OsvEcosystem
{
    /// <summary>Our key and how its packages are named and ordered; null for one that Bulwark has no packages of.</summary>
    public static (string Key, PackageKind Kind)? Of(string name) => name.Split(':') switch
    {
        ["npm"] => ("npm", PackageKind.Npm),
        ["PyPI"] => ("pypi", PackageKind.Python),
        ["Go"] => ("go", PackageKind.Go),
        ["Maven", ..] => ("maven", PackageKind.Maven),
        ["NuGet"] => ("nuget", PackageKind.NuGet),
        ["RubyGems"] => ("gem", PackageKind.Gem),
        ["crates.io"] => ("cargo", PackageKind.Cargo),
        ["Packagist", ..] => ("composer", PackageKind.Composer),
        ["Debian", var release] => ($"debian:{release}", PackageKind.Dpkg),
        // "Ubuntu:Pro:…" speaks of repairs that are only for subscribers.
        ["Ubuntu", var release] when release != "Pro" => ($"ubuntu:{release}", PackageKind.Dpkg),
        ["Ubuntu", var release, "LTS"] => ($"ubuntu:{release}", PackageKind.Dpkg),
        ["Alpine", ['v', .. var release]] => ($"alpine:{release}", PackageKind.Apk),
        ["Wolfi"] => ("wolfi", PackageKind.Apk),
        ["Chainguard"] => ("chainguard", PackageKind.Apk),
        ["Rocky Linux", var release] => ($"rocky:{release}", PackageKind.Rpm),
        ["AlmaLinux", var release] => ($"almalinux:{release}", PackageKind.Rpm),
        _ => null,
    };

    /// <summary>The key of the advisories about packages of a kind that belongs to no distribution.</summary>
    public static string KeyOf(PackageKind kind) => kind switch
    {
        PackageKind.Python => "pypi",
        PackageKind.NuGet => "nuget",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
