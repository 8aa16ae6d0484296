using System.Globalization;

namespace Bulwark.Model.Profiles;

/// <summary>Ports that a server announced on a conversation, each for one connection: FTP's passive mode. They are no conversations of their own.</summary>
/// <param name="Lowest">The lowest that was used.</param>
/// <param name="Highest">The highest.</param>
/// <param name="Connections">Completed handshakes.</param>
public readonly record struct DataPorts(ushort Lowest, ushort Highest, long Connections)
{
    /// <summary>With connections to one port more.</summary>
    public static DataPorts Add(DataPorts? ports, ushort port, long connections) => ports is { } known
        ? new(Math.Min(known.Lowest, port), Math.Max(known.Highest, port), known.Connections + connections)
        : new(port, port, connections);

    /// <summary>For example <c>30000-30009/tcp</c>.</summary>
    public override string ToString() => Lowest == Highest
        ? string.Create(CultureInfo.InvariantCulture, $"{Lowest}/tcp")
        : string.Create(CultureInfo.InvariantCulture, $"{Lowest}-{Highest}/tcp");
}
