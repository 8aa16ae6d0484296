namespace Bulwark.Model.Protocols;

/// <summary>NATS (NATS documentation, "Client Protocol"): the server's INFO, the client's CONNECT, each with a JSON object.</summary>
internal static class NatsFormat
{
    public static bool IsServerInformation(ReadOnlySpan<byte> payload) => IsObject(payload, "INFO "u8);

    public static bool IsConnect(ReadOnlySpan<byte> payload) => IsObject(payload, "CONNECT "u8);

    private static bool IsObject(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> operation)
    {
        if (!Text.StartsWithIgnoringCase(payload, operation))
            return false;
        var rest = payload[operation.Length..].TrimStart(" \t"u8);
        return rest.Length >= 2 && rest[0] == '{' && rest[1] is (byte)'"' or (byte)'}' or (byte)' ';
    }
}
