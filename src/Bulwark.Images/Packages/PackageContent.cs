namespace Bulwark.Images.Packages;

/// <summary>The files of a package, as it brought them.</summary>
public sealed record PackageContent(string Package, PackagedFile[] Files);
