namespace Bulwark.Images.Packages.Debian;

/// <summary>A file as its package brought it.</summary>
/// <param name="Path">In the image.</param>
/// <param name="Md5">What dpkg uses; enough to see accidents and careless changes, not a forger who also rewrites the list.</param>
public readonly record struct PackagedFile(string Path, UInt128 Md5);
