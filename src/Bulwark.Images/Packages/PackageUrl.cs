using System.Text;

namespace Bulwark.Images.Packages;

/// <summary>Names a package for other tools (https://github.com/package-url/purl-spec): <c>pkg:deb/debian/curl@7.88.1-10?arch=amd64</c>.</summary>
public static class PackageUrl
{
    public static string Of(Package package, Distribution? distribution)
    {
        var url = new StringBuilder("pkg:").Append(Type(package.Kind)).Append('/');
        if (package.Kind.IsOfDistribution() && distribution is { Id.Length: > 0 })
            url.Append(Escape(distribution.Id)).Append('/');
        var name = package.Kind switch
        {
            PackageKind.Maven => package.Name.Replace(':', '/'),
            PackageKind.Python => package.Kind.Normalise(package.Name),
            _ => package.Name,
        };
        url.AppendJoin('/', name.Split('/').Select(Escape)).Append('@').Append(Escape(package.Version));
        var separator = '?';
        void Qualifier(string key, string value)
        {
            if (value.Length == 0)
                return;
            url.Append(separator).Append(key).Append('=').Append(Escape(value));
            separator = '&';
        }
        Qualifier("arch", package.Architecture);
        if (package.Kind.IsOfDistribution() && distribution is { Id.Length: > 0, VersionId.Length: > 0 })
            Qualifier("distro", $"{distribution.Id}-{distribution.VersionId}");
        return url.ToString();
    }

    private static string Type(PackageKind kind) => kind switch
    {
        PackageKind.Dpkg => "deb",
        PackageKind.Apk => "apk",
        PackageKind.Rpm => "rpm",
        PackageKind.Npm => "npm",
        PackageKind.Python => "pypi",
        PackageKind.Maven => "maven",
        PackageKind.Gem => "gem",
        PackageKind.Go => "golang",
        PackageKind.Cargo => "cargo",
        PackageKind.Composer => "composer",
        _ => "nuget",
    };

    // The colon of an epoch stays, as the specification's examples have it.
    private static string Escape(string text) => Uri.EscapeDataString(text).Replace("%3A", ":", StringComparison.Ordinal);
}
