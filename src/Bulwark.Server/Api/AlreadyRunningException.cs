namespace Bulwark.Server.Api;

/// <summary>Another server answers on the socket.</summary>
public sealed class AlreadyRunningException(string socket)
    : Exception($"Bulwark is already running: a server answers on {socket}. See how it is with: bulwark status");
