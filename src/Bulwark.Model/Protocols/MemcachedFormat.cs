using System.Buffers.Binary;

namespace Bulwark.Model.Protocols;

/// <summary>
/// Memcached's text and binary protocols (memcached source, <c>doc/protocol.txt</c>; memcached wiki, "BinaryProtocolRevamped").
/// </summary>
internal static class MemcachedFormat
{
    private const byte RequestMagic = 0x80;
    private const byte ResponseMagic = 0x81;
    private const int BinaryHeaderLength = 24;
    private const int LongestKey = 250;

    // The largest item that a server can be told to take.
    private const uint LongestBody = 1 << 30;

    // UDP: request id, sequence number, number of datagrams, reserved; 16 bits each.
    private const int FrameHeaderLength = 8;

    public static bool IsRequest(ReadOnlySpan<byte> payload) => IsBinary(payload, RequestMagic) || IsCommand(payload);

    public static bool IsReply(ReadOnlySpan<byte> payload) => IsBinary(payload, ResponseMagic) || IsTextReply(payload);

    public static bool IsDatagram(ReadOnlySpan<byte> payload, bool fromClient)
    {
        if (payload.Length <= FrameHeaderLength || payload[2] != 0 || payload[3] != 0 || payload[6] != 0 || payload[7] != 0)
            return false;
        var count = BinaryPrimitives.ReadUInt16BigEndian(payload[4..]);
        var message = payload[FrameHeaderLength..];
        return fromClient ? count == 1 && IsRequest(message) : count >= 1 && IsReply(message);
    }

    private static bool IsBinary(ReadOnlySpan<byte> payload, byte magic)
    {
        if (payload.Length < BinaryHeaderLength || payload[0] != magic)
            return false;
        var operation = payload[1];
        var key = BinaryPrimitives.ReadUInt16BigEndian(payload[2..]);
        var extras = payload[4];
        var type = payload[5];
        var body = BinaryPrimitives.ReadUInt32BigEndian(payload[8..]);
        return operation <= 0x22 && key <= LongestKey && extras is 0 or 4 or 8 or 20 && type == 0
            && body >= (uint)(key + extras) && body <= LongestBody;
    }

    private static bool IsCommand(ReadOnlySpan<byte> payload)
    {
        if (!Text.TryFirstLine(payload, out var line) || line.Length > 2048 || !Text.IsPrintable(line))
            return false;
        var command = Text.Word(line, out var arguments);
        if (Is(command, "get"u8) || Is(command, "gets"u8))
            return IsKey(Text.Word(arguments, out _));
        if (Is(command, "set"u8) || Is(command, "add"u8) || Is(command, "replace"u8) || Is(command, "append"u8)
            || Is(command, "prepend"u8) || Is(command, "cas"u8))
            return IsStorage(arguments);
        if (Is(command, "incr"u8) || Is(command, "decr"u8) || Is(command, "touch"u8))
            return IsKey(Text.Word(arguments, out var amount)) && Text.IsNumber(Text.Word(amount, out _), 20);
        if (Is(command, "gat"u8) || Is(command, "gats"u8))
            return Text.IsNumber(Text.Word(arguments, out var keys)) && IsKey(Text.Word(keys, out _));
        if (Is(command, "mg"u8) || Is(command, "md"u8))
            return IsKey(Text.Word(arguments, out _));
        if (Is(command, "ms"u8))
            return IsKey(Text.Word(arguments, out var length)) && Text.IsNumber(Text.Word(length, out _));
        return Is(line, "version"u8) || Is(line, "stats"u8) || Is(line, "flush_all"u8) || Is(line, "mn"u8);
    }

    // Key, flags, time to expire, bytes.
    private static bool IsStorage(ReadOnlySpan<byte> arguments)
    {
        if (!IsKey(Text.Word(arguments, out var rest)) || !Text.IsNumber(Text.Word(rest, out rest)))
            return false;
        var expiry = Text.Word(rest, out rest);
        return Text.IsNumber(expiry.StartsWith("-"u8) ? expiry[1..] : expiry) && Text.IsNumber(Text.Word(rest, out _));
    }

    private static bool IsTextReply(ReadOnlySpan<byte> payload)
    {
        if (!Text.TryFirstLine(payload, out var line) || !Text.IsPrintable(line))
            return false;
        if (Is(Text.Word(line, out var rest), "VALUE"u8))
            return IsKey(Text.Word(rest, out rest)) && Text.IsNumber(Text.Word(rest, out rest)) && Text.IsNumber(Text.Word(rest, out _));
        return Is(line, "STORED"u8) || Is(line, "NOT_STORED"u8) || line.StartsWith("STAT pid "u8)
            || (line.StartsWith("VERSION "u8) && char.IsAsciiDigit((char)line[^1]));
    }

    private static bool IsKey(ReadOnlySpan<byte> word) => word.Length is >= 1 and <= LongestKey;

    private static bool Is(ReadOnlySpan<byte> word, ReadOnlySpan<byte> command) => word.SequenceEqual(command);
}
