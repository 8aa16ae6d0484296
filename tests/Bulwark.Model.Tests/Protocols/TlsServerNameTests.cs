using System.Buffers.Binary;
using Bulwark.Model.Protocols;
using CsCheck;

namespace Bulwark.Model.Tests.Protocols;

public sealed class TlsServerNameTests
{
    [Fact]
    public void The_name_comes_in_lower_case() =>
        Assert.Equal("registry.example.com", NameIn(Captures.Hex(Captures.OpenSslHello)));

    [Fact]
    public void A_cut_off_hello_tells_the_whole_name_or_none()
    {
        var hello = Captures.Hex(Captures.OpenSslHello);

        for (var length = 0; length < hello.Length; length++)
            Assert.True(NameIn(hello.AsSpan(0, length)) is null or "registry.example.com");
    }

    [Fact]
    public void A_hello_of_which_only_512_bytes_are_seen_tells_its_name()
    {
        var hello = Hello([Extension(0x0a0a, []), Extension(0, Names("shop.example.org")), Extension(51, new byte[1500])]);

        Assert.Equal("shop.example.org", NameIn(hello.AsSpan(0, 512)));
    }

    [Fact]
    public void A_name_after_GREASE_and_other_extensions_is_found()
    {
        var hello = Hello(
        [
            Extension(0x7a7a, [0]), Extension(43, [4, 0xfa, 0xfa, 3, 4]), Extension(0xff01, [0]),
            Extension(0, Names("a_b.example")), Extension(0xdada, []),
        ]);

        Assert.Equal("a_b.example", NameIn(hello));
    }

    [Fact]
    public void A_hello_without_extensions_has_no_name() => Assert.Null(NameIn(Hello([])));

    [Theory]
    [InlineData("example.com.", "example.com")]
    [InlineData("xn--bcher-kva.example", "xn--bcher-kva.example")]
    [InlineData("localhost", "localhost")]
    [InlineData("", null)]
    [InlineData(".", null)]
    [InlineData("a..b", null)]
    [InlineData("-a.example", null)]
    [InlineData("a-.example", null)]
    [InlineData("a b.example", null)]
    [InlineData("a\n.example", null)]
    [InlineData("*.example", null)]
    [InlineData("10.0.0.1", null)]
    [InlineData("evil.example\0.good.example", null)]
    public void Only_host_names_are_names(string sent, string? told) =>
        Assert.Equal(told, NameIn(Hello([Extension(0, Names(sent))])));

    [Fact]
    public void A_name_longer_than_a_host_name_may_be_is_none()
    {
        var longest = string.Join('.', Enumerable.Repeat(new string('a', 62), 4)) + "a";

        Assert.Equal(252, longest.Length);
        Assert.Equal(longest, NameIn(Hello([Extension(0, Names(longest))])));
        Assert.Null(NameIn(Hello([Extension(0, Names(longest + ".b"))])));
        Assert.Null(NameIn(Hello([Extension(0, Names(new string('a', 64)))])));
    }

    [Fact]
    public void Lengths_that_lie_never_throw() =>
        Gen.Select(Gen.Int[0, 200], Gen.Byte, Gen.Byte).Sample((at, high, low) =>
        {
            var hello = Hello([Extension(16, [0, 3, 2, 104, 50]), Extension(0, Names("shop.example.org"))]);
            hello[at % hello.Length] = high;
            hello[(at + 1) % hello.Length] = low;
            var name = NameIn(hello);
            return name is null || name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.');
        });

    private static string? NameIn(ReadOnlySpan<byte> payload) =>
        ProtocolRecogniser.Recognise(payload, fromClient: true, new(Transport.Tcp, 443)).ServerName;

    private static byte[] Hello(byte[][] extensions)
    {
        byte[] body =
        [
            3, 3, .. new byte[32], 32, .. new byte[32], .. Vector([0x1a, 0x1a, 0x13, 1, 0x13, 2]), 1, 0,
            .. extensions.Length == 0 ? [] : Vector([.. extensions.SelectMany(e => e)]),
        ];
        return [22, 3, 1, .. Vector([1, 0, .. Vector(body)])];
    }

    private static byte[] Extension(ushort type, byte[] body) => [(byte)(type >> 8), (byte)type, .. Vector(body)];

    private static byte[] Names(string name) => Vector([0, .. Vector(Captures.Ascii(name))]);

    private static byte[] Vector(byte[] body)
    {
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)body.Length);
        return [.. length, .. body];
    }
}
