namespace Bulwark.Model.Enforcement;

/// <summary>
/// One allowed conversation as the kernel knows it. <see cref="Identity.Any"/>, transport 0 and port 0 are wildcards, valid in the
/// combinations that the kernel looks up: (peer, transport, port), (peer, transport, any), (peer, any, any), (any, transport, port).
/// </summary>
public readonly record struct PolicyEntry(Direction Direction, Identity Peer, Transport Transport, ushort Port);
