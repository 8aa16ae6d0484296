namespace Bulwark.Model.Protocols;

/// <summary>HTTP/1 request and status lines (RFC 9112 sections 3 and 4; methods of RFC 9110 section 9, RFC 5789 and WebDAV RFC 4918).</summary>
internal static class HttpFormat
{
    public static bool IsRequest(ReadOnlySpan<byte> payload)
    {
        var method = Text.Word(payload, out var afterMethod);
        if (!IsMethod(method) || afterMethod.IsEmpty)
            return false;
        var target = Text.Word(afterMethod, out var version);
        if (target.IsEmpty || target.ContainsAnyInRange((byte)0, (byte)' '))
            return false;
        if (version.IsEmpty)
            // A target too long for the capture. Without the version a short one may as well be RTSP or SIP.
            return payload.Length >= Text.LongEnough && target[0] == '/';
        return version.StartsWith("HTTP/1."u8);
    }

    public static bool IsResponse(ReadOnlySpan<byte> payload) =>
        payload.Length >= 12 && payload.StartsWith("HTTP/1."u8) && payload[7] is (byte)'0' or (byte)'1' && payload[8] == ' '
        && Text.IsNumber(payload[9..12]);

    private static bool IsMethod(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("GET"u8) || word.SequenceEqual("POST"u8) || word.SequenceEqual("HEAD"u8) || word.SequenceEqual("PUT"u8)
        || word.SequenceEqual("DELETE"u8) || word.SequenceEqual("OPTIONS"u8) || word.SequenceEqual("PATCH"u8)
        || word.SequenceEqual("CONNECT"u8) || word.SequenceEqual("TRACE"u8) || word.SequenceEqual("PROPFIND"u8)
        || word.SequenceEqual("PROPPATCH"u8) || word.SequenceEqual("MKCOL"u8) || word.SequenceEqual("COPY"u8)
        || word.SequenceEqual("MOVE"u8) || word.SequenceEqual("LOCK"u8) || word.SequenceEqual("UNLOCK"u8)
        || word.SequenceEqual("REPORT"u8) || word.SequenceEqual("SEARCH"u8) || word.SequenceEqual("PURGE"u8);
}
