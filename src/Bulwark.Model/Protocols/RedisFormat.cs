namespace Bulwark.Model.Protocols;

/// <summary>Redis requests and replies (Redis documentation, "Redis serialization protocol specification").</summary>
internal static class RedisFormat
{
    private const ushort Port = 6379;
    private const int MostDigits = 9;

    /// <summary>An array of bulk strings whose first is a command name, or an inline command.</summary>
    public static bool IsRequest(ReadOnlySpan<byte> payload, ushort port)
    {
        if (payload.IsEmpty)
            return false;
        return payload[0] == '*' ? IsArray(payload[1..]) : IsInline(payload, port);
    }

    /// <summary>Replies that no other protocol gives; plain <c>+OK</c> and <c>-ERR</c> are POP3's and NATS's as well.</summary>
    public static bool IsReply(ReadOnlySpan<byte> payload) =>
        payload.StartsWith("+PONG\r\n"u8) || payload.StartsWith("-NOAUTH "u8) || payload.StartsWith("-WRONGPASS "u8)
        || payload.StartsWith("-DENIED Redis"u8) || payload.StartsWith("-NOPERM "u8) || payload.StartsWith("-MOVED "u8)
        || payload.StartsWith("-LOADING Redis"u8) || IsHelloReply(payload);

    private static bool IsArray(ReadOnlySpan<byte> afterStar)
    {
        if (!TryCount(ref afterStar, out var count) || count == 0 || afterStar.IsEmpty || afterStar[0] != '$')
            return false;
        afterStar = afterStar[1..];
        if (!TryCount(ref afterStar, out var length) || length is 0 or > 64 || afterStar.IsEmpty)
            return false;
        var name = afterStar[..Math.Min(afterStar.Length, length)];
        // Modules have names such as FT.SEARCH, JSON.GET, cluster ones RESTORE-ASKING.
        return char.IsAsciiLetter((char)name[0]) && Text.IsPrintable(name);
    }

    private static bool IsHelloReply(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty || payload[0] is not ((byte)'%' or (byte)'*'))
            return false;
        var rest = payload[1..];
        return TryCount(ref rest, out _) && rest.StartsWith("$6\r\nserver\r\n"u8);
    }

    // Other text protocols know GET, SET, AUTH and QUIT too: those need the port as a second witness.
    private static bool IsInline(ReadOnlySpan<byte> payload, ushort port)
    {
        if (!Text.TryFirstLine(payload, out var line) || line.Length > 256 || !Text.IsPrintable(line))
            return false;
        var command = Text.Word(line, out var arguments);
        if (Is(command, "PING"u8))
            return arguments.IsEmpty || port == Port;
        if (Is(command, "HELLO"u8))
            return Text.Word(arguments, out _) is [(byte)'2' or (byte)'3'];
        if (port != Port)
            return false;
        return Is(command, "INFO"u8) || Is(command, "GET"u8) || Is(command, "SET"u8) || Is(command, "AUTH"u8) || Is(command, "SELECT"u8)
            || Is(command, "CLIENT"u8) || Is(command, "CONFIG"u8) || Is(command, "COMMAND"u8) || Is(command, "MONITOR"u8)
            || Is(command, "SUBSCRIBE"u8) || Is(command, "KEYS"u8) || Is(command, "DBSIZE"u8) || Is(command, "QUIT"u8);
    }

    private static bool Is(ReadOnlySpan<byte> word, ReadOnlySpan<byte> command) => System.Text.Ascii.EqualsIgnoreCase(word, command);

    private static bool TryCount(ref ReadOnlySpan<byte> rest, out int count)
    {
        count = 0;
        for (var i = 0; i < rest.Length && i <= MostDigits; i++)
        {
            if (rest[i] == '\r')
            {
                if (i == 0 || !rest[i..].StartsWith("\r\n"u8))
                    return false;
                rest = rest[(i + 2)..];
                return true;
            }
            if (i == MostDigits || !char.IsAsciiDigit((char)rest[i]))
                return false;
            count = (count * 10) + (rest[i] - '0');
        }
        return false;
    }
}
