using Bulwark.Images.Packages;

namespace Bulwark.Images.Matching;

/// <summary>
/// Tells packages of other vendors from the distribution's own. Its advisories know nothing about them, though names may be the same:
/// nginx.org's nginx is not Debian's.
/// </summary>
internal static class ForeignVendors
{
    private static readonly string[] s_versionMarks = ["pgdg", "nodesource", "sury.org", "ppa", "~ubuntu", "+rpt", "rpi"];

    private static readonly string[] s_maintainers =
    [
        "@nginx.com", "@f5.com", "@docker.com", "@microsoft.com", "@mariadb.org", "@mariadb.com", "@elastic.co", "@grafana.com", "@mysql.com",
        "@oracle.com", "@percona.com", "@mongodb.com", "@redis.com", "@redis.io", "@influxdata.com", "@hashicorp.com", "@gitlab.com",
        "@datadoghq.com", "@nvidia.com", "@haproxy.com", "@varnish-software.com", "packagecloud", "launchpad.net",
    ];

    // rpm says who made each package. What is not listed is not told apart.
    private static readonly Dictionary<string, string[]> s_rpmVendors = new(StringComparer.Ordinal)
    {
        ["rhel"] = ["Red Hat"],
        ["centos"] = ["CentOS", "Red Hat"],
        ["rocky"] = ["Rocky"],
        ["almalinux"] = ["AlmaLinux"],
        ["ol"] = ["Oracle"],
        ["amzn"] = ["Amazon"],
        ["fedora"] = ["Fedora"],
        ["sles"] = ["SUSE"],
        ["opensuse-leap"] = ["SUSE"],
    };

    /// <summary>What gives the package away, or null if it looks like the distribution's own.</summary>
    public static string? SignOf(Package package, Distribution? distribution)
    {
        if (package.Kind == PackageKind.Rpm)
        {
            return package.Maintainer.Length > 0 && distribution is not null && s_rpmVendors.TryGetValue(distribution.Id, out var own)
                && !Array.Exists(own, vendor => package.Maintainer.Contains(vendor, StringComparison.OrdinalIgnoreCase))
                ? $"its vendor is {package.Maintainer}"
                : null;
        }
        if (package.Kind != PackageKind.Dpkg || distribution?.Id is not ("debian" or "ubuntu"))
            return null;
        foreach (var mark in s_versionMarks)
        {
            if (package.Version.Contains(mark, StringComparison.Ordinal) && !(distribution.Id == "ubuntu" && mark == "~ubuntu"))
                return $"its version is {package.Version}";
        }
        // "1.27.0-1~bookworm": Debian itself never writes code names into versions.
        if (distribution.Codename.Length > 0 && package.Version.EndsWith($"~{distribution.Codename}", StringComparison.Ordinal))
            return $"its version is {package.Version}";
        return s_maintainers.Any(maintainer => package.Maintainer.Contains(maintainer, StringComparison.OrdinalIgnoreCase))
            ? $"its maintainer is {package.Maintainer}"
            : null;
    }
}
