using Bulwark.Images.Packages;
using Bulwark.Images.Scanning;

namespace Bulwark.Images.Reports;

/// <summary>The packages of a scan, each under a name that is its own in the document.</summary>
internal static class BillOfMaterials
{
    public static List<(InstalledPackage Installed, string Purl, string Reference)> Of(ScanResult result)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var items = new List<(InstalledPackage, string, string)>();
        foreach (var installed in result.Packages)
        {
            var purl = PackageUrl.Of(installed.Package, result.Distribution);
            var count = seen[purl] = seen.GetValueOrDefault(purl) + 1;
            items.Add((installed, purl, count == 1 ? purl : $"{purl}#{count}"));
        }
        return items;
    }
}
