using System.Collections.Immutable;
using Bulwark.Images.Findings;
using Bulwark.Images.Packages;
using Bulwark.Images.Scanning;

namespace Bulwark.Images.Vex;

/// <summary>What somebody says about a vulnerability: that it does not matter, or no longer, in one place.</summary>
/// <param name="Names">Names of the vulnerability.</param>
/// <param name="Product">Package URL of a package or of an image (<c>pkg:oci/…</c>), or an image's digest.</param>
/// <param name="Component">Package URL of the package in that image; empty if the product says it all.</param>
/// <param name="Reason">Why, in words.</param>
internal sealed record VexStatement(ImmutableArray<string> Names, string Product, string Component, string Reason)
{
    private const string ImageType = "pkg:oci/";

    public bool Covers(Finding finding, ScanResult result)
    {
        if (finding.Vulnerability is not { } vulnerability || !(Names.Contains(finding.Id) || vulnerability.Aliases.Any(alias => Names.Contains(alias))))
            return false;
        var package = PackageUrl.Of(vulnerability.Package.Package, result.Distribution);
        // What is said of a package inside another product says nothing about it elsewhere.
        return Component.Length > 0 ? IsImage(result) && IsSame(Component, package) : IsImage(result) || IsSame(Product, package);
    }

    private bool IsImage(ScanResult result)
    {
        var product = Uri.UnescapeDataString(Product);
        if (product.IndexOf("sha256:", StringComparison.Ordinal) is var at and >= 0)
        {
            var digest = product[at..].Split('?', '#')[0];
            return Archives.Digest.IsValid(digest) && (result.Id == digest || result.Origin.EndsWith(digest, StringComparison.Ordinal));
        }
        if (!product.StartsWith(ImageType, StringComparison.Ordinal))
            return false;
        var name = product[ImageType.Length..].Split('?', '#')[0].Split('/')[^1];
        return name.Length > 0 && name == result.Name.Split('@')[0].Split('/')[^1].Split(':')[0];
    }

    // What the statement gives has to be met; what it leaves out may be anything.
    private static bool IsSame(string stated, string url)
    {
        var (statedPath, statedQualifiers) = Parts(stated);
        var (path, qualifiers) = Parts(url);
        return (statedPath == path || (!HasVersion(statedPath) && path[..path.LastIndexOf('@')] == statedPath)) && statedQualifiers.All(qualifiers.Contains);
    }

    // "pkg:npm/@scope/name" has an '@' too.
    private static bool HasVersion(string path) => path.LastIndexOf('@') > path.LastIndexOf('/');

    private static (string Path, HashSet<string> Qualifiers) Parts(string url)
    {
        var parts = Uri.UnescapeDataString(url.Split('#')[0]).Split('?', 2);
        return (parts[0], parts.Length > 1 ? [.. parts[1].Split('&', StringSplitOptions.RemoveEmptyEntries)] : []);
    }
}
