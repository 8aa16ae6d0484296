using System.Diagnostics;
using System.Net;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Tests.Harness;
using Bulwark.Model;
using Bulwark.Model.Observations;

namespace Bulwark.Kernel.Tests.Attachment;

/// <summary>
/// Packets that a process writes itself, headers and all, through a real veth: no call tells which executable opens a conversation by them, so
/// they open none that is for listed executables only.
/// </summary>
public sealed class RawSocketTests : IDisposable
{
    private const uint Database = 0x102;

    private readonly WatchedVeth _veth = new("10.9.0.3/24", "10.9.0.2/24");
    private readonly EventRing _ring;
    private readonly List<Told> _told = [];

    public RawSocketTests()
    {
        _ring = _veth.Kernel.OpenEvents(sample => _told.Add(Told.Read(sample)));
        _veth.Kernel.Addresses.Set(MappedAddress.From(IPAddress.Parse("10.9.0.3")), new() { Identity = Database, Container = 2 });
    }

    public void Dispose()
    {
        _ring.Dispose();
        _veth.Dispose();
    }

    [Theory]
    [InlineData("socket(AF_INET, SOCK_RAW, IPPROTO_RAW).sendto(ip + udp, ('10.9.0.3', 0))")] // the whole packet
    [InlineData("socket(AF_INET, SOCK_RAW, IPPROTO_UDP).sendto(udp, ('10.9.0.3', 0))")] // what follows the IP header
    [InlineData("s = socket(AF_PACKET, SOCK_RAW); s.bind(('inner', 0)); s.send(mac + ip + udp)")] // past the IP layer
    [InlineData("s = socket(AF_PACKET, SOCK_DGRAM); s.sendto(ip + udp, ('inner', 0x800, 0, 0, mac[:6]))")]
    public void Open_no_conversation_that_is_for_listed_executables_only(string send)
    {
        Policy(Permission.Listed);

        Send(send);

        var told = Assert.Single(Attempts());
        Assert.Equal((Verdict.Blocked, VerdictReason.Executable), ((Verdict)told.Head.Verdict, (VerdictReason)told.Head.Reason));
        Assert.Equal((0u, (ushort)5432, Database), (told.Head.Executable, told.Head.ServerPort, told.Head.Peer));
    }

    [Theory]
    [InlineData(Permission.All, "socket(AF_INET, SOCK_RAW, IPPROTO_RAW).sendto(ip + udp, ('10.9.0.3', 0))")]
    [InlineData(Permission.Listed, "socket(AF_INET, SOCK_DGRAM).sendto(b'hello', ('10.9.0.3', 5432))")] // its call was judged
    public void What_is_for_all_or_was_judged_already_passes(Permission permission, string send)
    {
        Policy(permission);

        Send(send);

        Assert.Empty(Attempts());
    }

    [Fact]
    public void What_the_kernel_says_of_a_connection_that_is_gone_passes_and_opens_none()
    {
        Policy(Permission.Listed);

        // As of a connection that both sides have forgotten: a reset, and an acknowledgement.
        Send("send = socket(AF_INET, SOCK_RAW, IPPROTO_TCP).sendto; [send(tcp(flags), ('10.9.0.3', 0)) for flags in (0x04, 0x10)]");
        Assert.Empty(Attempts());
        Assert.Equal(0ul, Sums.Of(_veth.Kernel, Counter.Blocked));

        Send("socket(AF_INET, SOCK_RAW, IPPROTO_TCP).sendto(tcp(0x02), ('10.9.0.3', 0))");
        Assert.Equal(VerdictReason.Executable, (VerdictReason)Assert.Single(Attempts()).Head.Reason);
    }

    private void Policy(Permission permission)
    {
        foreach (var transport in (Transport[])[Transport.Tcp, Transport.Udp])
        {
            _veth.Kernel.Policies.Set(
                new() { Policy = 1, Peer = Database, Port = 5432, Transport = transport.Number, Direction = (byte)Direction.Out }, permission);
        }
        _veth.Kernel.Workloads.Set(WatchedVeth.Web, new() { Policy = 1, Mode = (uint)Mode.Protect });
    }

    private List<Told> Attempts()
    {
        _ring.Poll(0);
        return [.. _told.Where(told => told.Type == KernelEventType.Attempt && told.Head.ServerPort == 5432)];
    }

    private void Send(string send)
    {
        const string prepare =
            """
            from socket import *
            mac = bytes.fromhex("ffffffffffff020000000001") + b"\x08\x00"
            ip = bytes.fromhex("4500001c0000000040110000") + inet_aton("10.9.0.2") + inet_aton("10.9.0.3")
            total = sum(int.from_bytes(ip[i:i + 2], "big") for i in range(0, 20, 2))
            ip = ip[:10] + (0xffff - (total % 0xffff)).to_bytes(2, "big") + ip[12:]
            tcp = lambda flags: bytes.fromhex("3039") + (5432).to_bytes(2, "big") + bytes.fromhex("000000010000000050") + bytes([flags]) + bytes.fromhex("100000000000")
            udp = bytes.fromhex("3039") + (5432).to_bytes(2, "big") + b"\x00\x08\x00\x00"

            """;
        using var process = Process.Start(new ProcessStartInfo("nsenter", [$"--net={_veth.Container.Path}", "--", "python3", "-c", prepare + send])
        {
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
    }
}
