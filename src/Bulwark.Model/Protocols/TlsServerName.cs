using System.Buffers.Binary;

namespace Bulwark.Model.Protocols;

/// <summary>
/// Finds the host name in a ClientHello: extension <c>server_name</c> (RFC 6066 section 3). Unknown extensions, GREASE (RFC 8701)
/// among them, are skipped; a hello that is cut off before the end of the name has none.
/// </summary>
internal static class TlsServerName
{
    private const ushort ServerNameExtension = 0;
    private const byte HostNameType = 0;

    /// <summary>The normalised name, or null. <paramref name="record"/> has passed <see cref="TlsFormat.IsClientHello"/>.</summary>
    public static string? Read(ReadOnlySpan<byte> record)
    {
        var inRecord = BinaryPrimitives.ReadUInt16BigEndian(record[3..]);
        var handshake = record[TlsFormat.RecordHeaderLength..];
        handshake = handshake[..Math.Min(handshake.Length, inRecord)];
        // Legacy version and random.
        if (!Skip(ref handshake, TlsFormat.HandshakeHeaderLength + 2 + 32)
            || !SkipVector8(ref handshake) // session id
            || !TryVector16(ref handshake, out _) // cipher suites
            || !SkipVector8(ref handshake)) // compression methods
            return null;
        if (handshake.Length < 2)
            return null;
        int length = BinaryPrimitives.ReadUInt16BigEndian(handshake);
        var extensions = handshake[2..];
        extensions = extensions[..Math.Min(extensions.Length, length)];
        while (extensions.Length >= 4)
        {
            var type = BinaryPrimitives.ReadUInt16BigEndian(extensions);
            extensions = extensions[2..];
            if (!TryVector16(ref extensions, out var body))
                return null;
            if (type == ServerNameExtension)
                return ReadList(body);
        }
        return null;
    }

    private static string? ReadList(ReadOnlySpan<byte> extension)
    {
        if (!TryVector16(ref extension, out var names))
            return null;
        while (names.Length >= 3)
        {
            var type = names[0];
            names = names[1..];
            if (!TryVector16(ref names, out var name))
                return null;
            if (type == HostNameType)
                return HostName.Normalise(name);
        }
        return null;
    }

    private static bool TryVector16(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> vector)
    {
        vector = default;
        if (rest.Length < 2)
            return false;
        var length = BinaryPrimitives.ReadUInt16BigEndian(rest);
        if (rest.Length - 2 < length)
            return false;
        vector = rest.Slice(2, length);
        rest = rest[(2 + length)..];
        return true;
    }

    private static bool SkipVector8(ref ReadOnlySpan<byte> rest) => rest.Length > 0 && Skip(ref rest, 1 + rest[0]);

    private static bool Skip(ref ReadOnlySpan<byte> rest, int count)
    {
        if (rest.Length < count)
            return false;
        rest = rest[count..];
        return true;
    }
}
