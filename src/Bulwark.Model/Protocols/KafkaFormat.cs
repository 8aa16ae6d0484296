using System.Buffers.Binary;

namespace Bulwark.Model.Protocols;

/// <summary>
/// Kafka request headers (Apache Kafka, "A Guide To The Kafka Protocol", request header v1 and v2). A client's first request is
/// ApiVersions, Metadata or SaslHandshake; old producers and consumers start with Produce or Fetch.
/// </summary>
internal static class KafkaFormat
{
    private const int HeaderLength = 14;
    private const int LongestRequest = 1 << 20;
    private const int LongestClientId = 249;

    // Clients count their requests from 0 or 1; some start anywhere, but none this far.
    private const int HighestCorrelation = 1 << 24;

    public static bool IsRequest(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < HeaderLength)
            return false;
        var length = BinaryPrimitives.ReadInt32BigEndian(payload);
        var highestVersion = BinaryPrimitives.ReadInt16BigEndian(payload[4..]) switch
        {
            0 => 13, // Produce
            1 => 18, // Fetch
            3 => 13, // Metadata
            17 => 1, // SaslHandshake
            18 => 5, // ApiVersions
            _ => -1,
        };
        var version = BinaryPrimitives.ReadInt16BigEndian(payload[6..]);
        var correlation = BinaryPrimitives.ReadInt32BigEndian(payload[8..]);
        var clientIdLength = BinaryPrimitives.ReadInt16BigEndian(payload[12..]);
        if (length is < HeaderLength - 4 or > LongestRequest || version < 0 || version > highestVersion
            || correlation is < 0 or > HighestCorrelation || clientIdLength is < 1 or > LongestClientId
            || length < HeaderLength - 4 + clientIdLength)
            return false;
        var clientId = payload[HeaderLength..];
        // Half an id in a capture that was cut off is no proof.
        return clientId.Length >= clientIdLength && Text.IsPrintable(clientId[..clientIdLength]);
    }
}
