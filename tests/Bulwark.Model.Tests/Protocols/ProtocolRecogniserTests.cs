using Bulwark.Model.Protocols;
using CsCheck;

namespace Bulwark.Model.Tests.Protocols;

public sealed class ProtocolRecogniserTests
{
    public static TheoryData<string> Names => [.. Captures.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_capture_gets_its_name(string name)
    {
        var capture = Captures.All.Single(c => c.Name == name);

        Assert.Equal(capture.Protocol, Recognise(capture, capture.Payload).Protocol);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_capture_cut_off_anywhere_gets_its_name_or_none(string name)
    {
        var capture = Captures.All.Single(c => c.Name == name);

        for (var length = 0; length < capture.Payload.Length; length++)
        {
            var protocol = Recognise(capture, capture.Payload.AsSpan(0, length)).Protocol;
            // HTTP/2 is what gRPC is until its headers are seen.
            Assert.True(protocol == "" || protocol == capture.Protocol || (capture.Protocol == "grpc" && protocol == "http2"),
                $"{length} bytes are taken for {protocol}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_capture_with_one_byte_changed_never_throws(string name)
    {
        var capture = Captures.All.Single(c => c.Name == name);
        var payload = capture.Payload.ToArray();

        for (var i = 0; i < payload.Length; i++)
        {
            var was = payload[i];
            foreach (byte other in (byte[])[0, 1, 0x7f, 0x80, 0xff, (byte)(was + 1)])
            {
                payload[i] = other;
                Recognise(capture, payload);
            }
            payload[i] = was;
        }
    }

    [Fact]
    public void Random_bytes_never_throw_and_have_no_name() =>
        Gen.Select(Gen.Byte.Array[0, 1100], Gen.Bool, Gen.Bool, Gen.UShort).Sample(
            (payload, fromClient, tcp, port) =>
                !ProtocolRecogniser.Recognise(payload, fromClient, new(tcp ? Transport.Tcp : Transport.Udp, port)).IsKnown,
            iter: 20_000);

    [Fact]
    public void Random_bytes_after_the_start_of_a_capture_never_throw() =>
        Gen.Select(Gen.Int[0, Captures.All.Count - 1].Select(index => Captures.All[index]), Gen.Int[0, 64], Gen.Byte.Array[0, 600]).Sample(
            (capture, kept, noise) =>
            {
                byte[] payload = [.. capture.Payload.AsSpan(0, Math.Min(kept, capture.Payload.Length)), .. noise];
                Recognise(capture, payload);
            },
            iter: 20_000);

    [Theory]
    [InlineData("OPTIONS rtsp://camera/stream RTSP/1.0\r\nCSeq: 1\r\n\r\n")]
    [InlineData("OPTIONS sip:bob@example.com SIP/2.0\r\n")]
    [InlineData("GET \r\n")]
    [InlineData("+OK POP3 server ready\r\n")]
    [InlineData("* OK IMAP4rev1 ready\r\n")]
    [InlineData("220")]
    [InlineData("hello world\n")]
    public void Protocols_without_a_name_here_get_none(string text)
    {
        Assert.False(ProtocolRecogniser.Recognise(Captures.Ascii(text), true, Captures.Port("9999/tcp")).IsKnown);
        Assert.False(ProtocolRecogniser.Recognise(Captures.Ascii(text), false, Captures.Port("9999/tcp")).IsKnown);
    }

    [Fact]
    public void The_port_alone_names_nothing()
    {
        foreach (var capture in Captures.All)
            Assert.False(Recognise(capture, [0xde, 0xad, 0xbe, 0xef, 0x99, 0x98]).IsKnown);
    }

    [Fact]
    public void A_transport_without_payloads_that_we_know_has_no_protocol() =>
        Assert.Equal("", ProtocolRecogniser.Recognise(Captures.Ascii("GET / HTTP/1.1\r\n"), true, Captures.Port("gre")).Protocol);

    [Fact]
    public void NetBIOS_names_are_not_taken_for_DNS()
    {
        var query = Captures.Hex("0001 0110 0001 0000 0000 0000 20" + string.Concat(Enumerable.Repeat("43", 32)) + "00 0020 0001");

        Assert.False(ProtocolRecogniser.Recognise(query, true, Captures.Port("137/udp")).IsKnown);
    }

    [Fact]
    public void Recognising_allocates_nothing_but_a_server_name()
    {
        var others = Captures.All.Where(c => c.Name != "TLS hello of OpenSSL").ToArray();
        foreach (var capture in others)
            Recognise(capture, capture.Payload);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var ports = 0L;
        foreach (var capture in others)
        {
            ports -= GC.GetAllocatedBytesForCurrentThread();
            var port = Captures.Port(capture.Port);
            ports += GC.GetAllocatedBytesForCurrentThread();
            ProtocolRecogniser.Recognise(capture.Payload, capture.FromClient, port);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before - ports);
    }

    private static RecognisedProtocol Recognise(Captures.Capture capture, ReadOnlySpan<byte> payload) =>
        ProtocolRecogniser.Recognise(payload, capture.FromClient, Captures.Port(capture.Port));
}
