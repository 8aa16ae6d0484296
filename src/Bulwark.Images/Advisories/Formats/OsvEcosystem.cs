using System.Text.RegularExpressions;
using Bulwark.Images.Packages;

namespace Bulwark.Images.Advisories.Formats;

/// <summary>OSV's names of ecosystems (https://ossf.github.io/osv-schema/#defined-ecosystems) in ours.</summary>
internal static partial class OsvEcosystem
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
        ["Red Hat", "enterprise_linux", var release, ..] => ($"rhel:{release}", PackageKind.Rpm),
        ["openSUSE", ['L', 'e', 'a', 'p', ' ', .. var release]] => ($"opensuse-leap:{release}", PackageKind.Rpm),
        ["SUSE", var product] when Suse().Match(product) is { Success: true } match => ($"sles:{match.Groups["major"].Value}{(match.Groups["pack"].Success ? $".{match.Groups["pack"].Value}" : "")}", PackageKind.Rpm),
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

    // "Linux Enterprise Server 15 SP5" and its modules, but none that needs a contract for longer support ("15 SP3-LTSS").
    [GeneratedRegex(@"\ALinux Enterprise (?:Server|Module for [A-Za-z ]+) (?<major>[0-9]+(?:\.[0-9]+)?)(?: SP(?<pack>[0-9]+))?\z", RegexOptions.NonBacktracking)]
    private static partial Regex Suse();
}
