using System.Collections.Immutable;
using System.Net;

namespace Bulwark.Runtimes;

/// <summary>A service of a swarm in one network: its containers answer at an address that none of them has.</summary>
/// <param name="Name">Its name in the swarm.</param>
/// <param name="Address">Its virtual address.</param>
/// <param name="Tasks">The addresses of its containers, on this host and on others.</param>
public sealed record NetworkService(string Name, IPAddress Address, ImmutableArray<IPAddress> Tasks);
