namespace Bulwark.Images.Packages;

/// <summary>A file as its package brought it.</summary>
/// <param name="Path">In the image.</param>
/// <param name="Digest">Its MD5, or the first half of its SHA-256.</param>
/// <param name="IsMd5">
/// MD5 is what dpkg and old rpm use; enough to see accidents and careless changes, not a forger who makes two files with one sum.
/// </param>
public readonly record struct PackagedFile(string Path, UInt128 Digest, bool IsMd5);
