namespace Bulwark.Model.Protocols;

/// <summary>
/// gRPC over HTTP/2 (the gRPC project's "PROTOCOL-HTTP2"): the content type of a request starts with <c>application/grpc</c>. It is
/// visible when a client sends its first HEADERS frame along with its preface.
/// </summary>
internal static class GrpcFormat
{
    private const int MostFrames = 8;

    private static ReadOnlySpan<byte> ContentType => "application/grpc"u8;

    // The same in the Huffman code of RFC 7541 appendix B; it ends on a byte boundary.
    private static ReadOnlySpan<byte> CodedContentType => [0x1d, 0x75, 0xd0, 0x62, 0x0d, 0x26, 0x3d, 0x4c, 0x4d, 0x65, 0x64];

    /// <summary><paramref name="payload"/> starts with the client preface.</summary>
    public static bool IsRequest(ReadOnlySpan<byte> payload)
    {
        var rest = payload[Http2Format.ClientPreface.Length..];
        for (var i = 0; i < MostFrames && Http2Format.TryFrame(rest, out var type, out _, out _, out var length); i++)
        {
            rest = rest[Http2Format.FrameHeaderLength..];
            var body = rest[..Math.Min(rest.Length, length)];
            if (type == Http2Format.Headers)
                return body.IndexOf(ContentType) >= 0 || body.IndexOf(CodedContentType) >= 0;
            rest = rest[body.Length..];
        }
        return false;
    }
}
