namespace Bulwark.Runtimes.Docker.Authorization;

/// <summary>A file or directory of the host that a container gets.</summary>
public sealed record HostPath(string Path, bool ReadOnly);
