using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Bulwark.Agent.Hosts;
using Bulwark.Agent.Tests.Harness;
using Bulwark.Kernel.Layout;
using CsCheck;

namespace Bulwark.Agent.Tests.Hosts;

public sealed class SocketInventoryTests
{
    [Theory]
    [InlineData("0100007F:1F90", "127.0.0.1", 8080)]
    [InlineData("00000000:0000", "0.0.0.0", 0)]
    [InlineData("076433C6:FFFF", "198.51.100.7", 65535)]
    [InlineData("00000000000000000000000001000000:0035", "::1", 53)]
    [InlineData("B80D0120000000000000000007000000:01BB", "2001:db8::7", 443)]
    [InlineData("0000000000000000FFFF00000100007F:0050", "127.0.0.1", 80)]
    public void An_end_is_read_as_the_kernel_writes_it(string text, string address, int port)
    {
        Assert.True(SocketInventory.TryReadEnd(text, out var read, out var readPort));
        Assert.Equal((address, port), (read.ToString(), readPort));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("0100007F")]
    [InlineData("0100007F:")]
    [InlineData("0100007F:12345")]
    [InlineData("0100007:1F90")]
    [InlineData("0100007G:1F90")]
    [InlineData("local_address")]
    public void What_is_no_end_is_not_read(string text) => Assert.False(SocketInventory.TryReadEnd(text, out _, out _));

    [Fact]
    public void Arbitrary_text_never_throws() => Gen.OneOf(Gen.String, Gen.Char["0123456789ABCDEFG: "].Array[0, 45].Select(c => new string(c)))
        .Sample(text => { SocketInventory.TryReadEnd(text, out _, out _); });

    [Fact]
    public void Every_IPv4_end_comes_back() => Gen.Select(Gen.UInt, Gen.UShort).Sample((word, port) =>
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{word:X8}:{port:X4}");
        return SocketInventory.TryReadEnd(text, out var address, out var read) && read == port
            && address.ToAddress().Equals(new IPAddress(word));
    });

    [Fact]
    public void The_sockets_of_a_process_are_told_to_the_kernel_with_their_executable()
    {
        using var kernel = new LoadedKernel();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        client.Connect((IPEndPoint)listener.LocalEndpoint);
        using var accepted = listener.AcceptTcpClient();
        var server = (IPEndPoint)listener.LocalEndpoint;
        var clientEnd = (IPEndPoint)client.Client.LocalEndPoint!;

        new SocketInventory(kernel.Programs).Read(Environment.ProcessId, 77);

        var bound = new SocketKey { Netns = 77, Port = (ushort)server.Port, Transport = 6, Bound = 1 };
        var connected = new SocketKey { Netns = 77, Port = (ushort)server.Port, Transport = 6, Remote = MappedAddress.From(IPAddress.Loopback) };
        var taken = connected with { Port = (ushort)clientEnd.Port };
        Assert.True(kernel.Programs.Sockets.TryGet(bound, out var user));
        Assert.Equal((uint)Environment.ProcessId, user.Process);
        Assert.True(kernel.Programs.ExecutablePaths.TryGet(user.Executable, out var path));
        Assert.Equal(Environment.ProcessPath, System.Text.Encoding.UTF8.GetString(((ReadOnlySpan<byte>)path.Path)[..(int)path.Length]));
        Assert.True(kernel.Programs.Sockets.TryGet(connected, out _));
        Assert.False(kernel.Programs.Sockets.TryGet(taken, out _));
    }
}
