using System.Buffers.Binary;

namespace Bulwark.Model.Protocols;

/// <summary>MongoDB messages (MongoDB manual, "MongoDB Wire Protocol"; the largest is 48 000 000 bytes).</summary>
internal static class MongoDbFormat
{
    private const int HeaderLength = 16;
    private const int LongestMessage = 48_000_000;
    private const int Reply = 1;
    private const int Query = 2004;
    private const int Compressed = 2012;
    private const int Message = 2013;

    public static bool IsRequest(ReadOnlySpan<byte> payload) =>
        // A request answers nothing.
        TryHeader(payload, out var responseTo, out var code) && responseTo is 0 or -1 && code switch
        {
            Query => IsQuery(payload[HeaderLength..]),
            Message => IsMessage(payload[HeaderLength..]),
            Compressed => IsCompressed(payload[HeaderLength..]),
            _ => false,
        };

    public static bool IsReply(ReadOnlySpan<byte> payload) =>
        TryHeader(payload, out _, out var code) && code switch
        {
            // Flags (four are known), cursor, starting from, number returned.
            Reply => payload.Length >= HeaderLength + 20 && payload[HeaderLength] < 16 && payload[HeaderLength + 1] == 0
                && BinaryPrimitives.ReadInt32LittleEndian(payload[(HeaderLength + 16)..]) is 0 or 1,
            Message => IsMessage(payload[HeaderLength..]),
            Compressed => IsCompressed(payload[HeaderLength..]),
            _ => false,
        };

    private static bool TryHeader(ReadOnlySpan<byte> payload, out int responseTo, out int code)
    {
        (responseTo, code) = (0, 0);
        if (payload.Length < HeaderLength + 5)
            return false;
        responseTo = BinaryPrimitives.ReadInt32LittleEndian(payload[8..]);
        code = BinaryPrimitives.ReadInt32LittleEndian(payload[12..]);
        return BinaryPrimitives.ReadInt32LittleEndian(payload) is >= HeaderLength + 5 and <= LongestMessage;
    }

    // Flags, then the collection's full name: database, dot, collection.
    private static bool IsQuery(ReadOnlySpan<byte> body)
    {
        var name = body[4..];
        var end = name.IndexOf((byte)0);
        name = end < 0 ? name : name[..end];
        return BinaryPrimitives.ReadUInt32LittleEndian(body) < 256 && name.Length is >= 3 and <= 255
            && name.IndexOf((byte)'.') > 0 && Text.IsPrintable(name);
    }

    // Bits 0-15 are required ones, of which two are known; the first section is a body (0) or a sequence (1).
    private static bool IsMessage(ReadOnlySpan<byte> body) =>
        (BinaryPrimitives.ReadUInt32LittleEndian(body) & 0xfffc) == 0 && body[4] <= 1;

    // Original code, uncompressed size, compressor (noop, snappy, zlib, zstd).
    private static bool IsCompressed(ReadOnlySpan<byte> body) =>
        body.Length >= 9 && BinaryPrimitives.ReadInt32LittleEndian(body) is Query or Message
        && BinaryPrimitives.ReadInt32LittleEndian(body[4..]) is >= 0 and <= LongestMessage && body[8] <= 3;
}
