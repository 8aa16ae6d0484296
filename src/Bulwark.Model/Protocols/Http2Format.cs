using System.Buffers.Binary;

namespace Bulwark.Model.Protocols;

/// <summary>HTTP/2 connection prefaces (RFC 9113 section 3.4) and frame headers (section 4.1).</summary>
internal static class Http2Format
{
    public const int FrameHeaderLength = 9;
    public const byte Headers = 1;

    private const byte Settings = 4;
    private const int SettingLength = 6;

    // No implementation announces more; the registry holds about a dozen.
    private const int MostSettings = 32;

    /// <summary>The bytes that every client starts with.</summary>
    public static ReadOnlySpan<byte> ClientPreface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    public static bool IsClientPreface(ReadOnlySpan<byte> payload) => payload.StartsWith(ClientPreface);

    /// <summary>A server starts with a SETTINGS frame that is no acknowledgement, on stream 0.</summary>
    public static bool IsServerPreface(ReadOnlySpan<byte> payload)
    {
        if (!TryFrame(payload, out var type, out var flags, out var stream, out var length)
            || type != Settings || flags != 0 || stream != 0 || length % SettingLength != 0 || length > MostSettings * SettingLength)
            return false;
        // An empty frame alone is nine bytes that anything may send: something must follow it.
        var body = payload[FrameHeaderLength..];
        return length == 0
            ? TryFrame(body, out type, out _, out stream, out length) && stream == 0 && type is Settings or 8 && length < 256
            : body.Length >= SettingLength && BinaryPrimitives.ReadUInt16BigEndian(body) is >= 1 and <= 9;
    }

    public static bool TryFrame(ReadOnlySpan<byte> bytes, out byte type, out byte flags, out uint stream, out int length)
    {
        (type, flags, stream, length) = (0, 0, 0, 0);
        if (bytes.Length < FrameHeaderLength)
            return false;
        length = (bytes[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]);
        type = bytes[3];
        flags = bytes[4];
        stream = BinaryPrimitives.ReadUInt32BigEndian(bytes[5..]);
        return true;
    }
}
