using System.Buffers.Binary;
using System.Net;

namespace Bulwark.Kernel.Tests.Harness;

/// <summary>The Internet checksum (RFC 1071).</summary>
internal static class Checksum
{
    public static ushort Of(ReadOnlySpan<byte> bytes)
    {
        var sum = 0u;
        for (var i = 0; i + 1 < bytes.Length; i += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
        if (bytes.Length % 2 == 1)
            sum += (uint)bytes[^1] << 8;
        while (sum > 0xffff)
            sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }

    /// <summary>Of a transport header and what follows it, with the pseudo header of the addresses (RFC 9293 3.1, RFC 8200 8.1).</summary>
    public static ushort Of(IPAddress source, IPAddress destination, byte transport, ReadOnlySpan<byte> body)
    {
        var from = source.GetAddressBytes();
        var to = destination.GetAddressBytes();
        var all = new byte[from.Length + to.Length + 8 + body.Length];
        from.CopyTo(all, 0);
        to.CopyTo(all, from.Length);
        BinaryPrimitives.WriteUInt32BigEndian(all.AsSpan(from.Length + to.Length), (uint)body.Length);
        all[from.Length + to.Length + 7] = transport;
        body.CopyTo(all.AsSpan(from.Length + to.Length + 8));
        return Of(all);
    }
}
