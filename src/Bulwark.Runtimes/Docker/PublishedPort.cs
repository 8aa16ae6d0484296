using System.Net;
using Bulwark.Model;

namespace Bulwark.Runtimes.Docker;

/// <summary>A container's port that the host takes connections for.</summary>
/// <param name="Container">The port inside the container.</param>
/// <param name="HostPort">The host's port; 0 lets the daemon choose.</param>
/// <param name="HostAddress">The host's address, or null for all of them.</param>
public sealed record PublishedPort(ServerPort Container, ushort HostPort, IPAddress? HostAddress = null);
