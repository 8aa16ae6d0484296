namespace Bulwark.Images.Executables;

/// <summary>An executable file of an image.</summary>
/// <param name="Path">As the kernel tells it of a process: with a slash in front, and no link of a directory in it.</param>
/// <param name="Package">The package of its distribution that owns it; empty if none does.</param>
/// <param name="Version">That package's.</param>
public sealed record ImageExecutable(string Path, string Package, string Version);
