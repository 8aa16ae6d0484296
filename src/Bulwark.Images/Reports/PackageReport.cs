using Bulwark.Images.Packages;

namespace Bulwark.Images.Reports;

/// <summary>A package that is installed.</summary>
public sealed record PackageReport(
    PackageKind Kind, string Name, string Version, string Source, string SourceVersion, string Architecture, string Path, int Layer,
    bool PartOfDistribution, string Purl)
{
    internal static PackageReport Of(InstalledPackage installed, Distribution? distribution) => new(
        installed.Package.Kind, installed.Package.Name, installed.Package.Version, installed.Package.Source, installed.Package.SourceVersion,
        installed.Package.Architecture, installed.Path, installed.Layer, installed.IsPartOfDistribution, PackageUrl.Of(installed.Package, distribution));
}
