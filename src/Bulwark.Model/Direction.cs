namespace Bulwark.Model;

/// <summary>Who opened a conversation, seen from a workload.</summary>
public enum Direction : byte
{
    /// <summary>The workload is the client: it opened the connection.</summary>
    Out = 0,

    /// <summary>The workload is the server: the peer opened the connection.</summary>
    In = 1,
}
