using Bulwark.Images.Files;

namespace Bulwark.Images.Packages;

/// <summary>A file as its package brought it.</summary>
/// <param name="Path">In the image.</param>
/// <param name="Digest">Zero where none is compared.</param>
public readonly record struct PackagedFile(string Path, UInt128 Digest, DigestKind Kind);
