namespace Bulwark.Model.Protocols;

/// <summary>What the first payload of a connection told.</summary>
public readonly record struct RecognisedProtocol
{
    private readonly string? _protocol;

    /// <param name="protocol">One of <see cref="ProtocolNames"/>, or empty.</param>
    /// <param name="serverName">The server name asked for, or null.</param>
    public RecognisedProtocol(string protocol, string? serverName = null)
    {
        _protocol = protocol;
        ServerName = serverName;
    }

    /// <summary>One of <see cref="ProtocolNames"/>, or empty when nothing was recognised.</summary>
    public string Protocol => _protocol ?? "";

    /// <summary>The server name asked for in TLS: a lower-case host name of at most 253 characters, or null.</summary>
    public string? ServerName { get; }

    public bool IsKnown => Protocol.Length > 0;
}
