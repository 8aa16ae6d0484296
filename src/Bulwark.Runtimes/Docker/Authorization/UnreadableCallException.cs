namespace Bulwark.Runtimes.Docker.Authorization;

/// <summary>
/// A call to the daemon cannot be read the way the daemon reads it, so nobody can say what it would do. The message goes on from
/// "it is refused, because …".
/// </summary>
public sealed class UnreadableCallException(string reason, Exception? inner = null) : Exception(reason, inner);
