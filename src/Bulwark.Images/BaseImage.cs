namespace Bulwark.Images;

/// <summary>An image that another one was built on: all of its layers are the lowest of the other.</summary>
/// <param name="Name">As the daemon that has both names it: <c>debian:12</c>.</param>
/// <param name="Layers">How many of the other's layers are its own.</param>
public sealed record BaseImage(string Name, int Layers);
