using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Bulwark.Agent.Hosts;
using Bulwark.Agent.Observing;
using Bulwark.Agent.Tests.Harness;
using Bulwark.Kernel.Layout;
using Bulwark.Model;
using Bulwark.Model.Observations;
using CsCheck;

namespace Bulwark.Agent.Tests.Observing;

public sealed class ObserverTests : IDisposable
{
    private readonly LoadedKernel _kernel = new();
    private readonly List<Observation> _told = [];
    private readonly ContainerNumbers _numbers = new();
    private readonly Observer _observer;

    public ObserverTests()
    {
        _numbers.Put(1, new("container-one", 4711));
        _observer = new(_kernel.Programs, _numbers, new(_kernel.Programs), new(TimeProvider.System), observation =>
        {
            _told.Add(observation);
            return true;
        });
    }

    public void Dispose() => _kernel.Dispose();

    [Fact]
    public void Equal_connections_become_one_observation_with_their_number()
    {
        Take(Connection());
        Take(Connection() with { ClientPort = 40001 });
        Take(Connection() with { ServerPort = 81 });
        Assert.Empty(_told);
        _observer.Flush();

        Assert.Equal([(80, 2L), (81, 1L)], _told.Cast<ConversationSeen>().Select(c => ((int)c.Port.Port, c.Connections)).Order());
        var seen = (ConversationSeen)_told[0];
        Assert.Equal((new Identity(0x101), new Identity(0x102), Direction.Out, "container-one"), (seen.Workload, seen.Peer, seen.Direction, seen.ContainerId));
        Assert.Equal(IPAddress.Parse("10.0.0.3"), seen.Address);
    }

    [Fact]
    public void Connections_are_told_once()
    {
        Take(Connection());
        _observer.Flush();
        _observer.Flush();

        Assert.Single(_told);
    }

    [Fact]
    public void An_attempt_is_told_as_it_comes()
    {
        Take(Connection() with { Type = KernelEventType.Attempt, Verdict = 2, Reason = 1, Attempts = 5, Process = 99 });

        var attempt = Assert.IsType<AttemptJudged>(Assert.Single(_told));
        Assert.Equal((Verdict.Blocked, VerdictReason.NotInProfile, 5L, 99), (attempt.Verdict, attempt.Reason, attempt.Attempts, attempt.ProcessId));
    }

    [Fact]
    public void The_executable_is_looked_up_when_the_kernel_did_not_find_it()
    {
        var path = new ExecutablePath { Length = 9 };
        Encoding.ASCII.GetBytes("/bin/\ncur").CopyTo((Span<byte>)path.Path);
        _kernel.Programs.ExecutablePaths.Set(5, path);
        _kernel.Programs.Sockets.Set(
            new() { Netns = 4711, Remote = MappedAddress.From(IPAddress.Parse("10.0.0.3")), Port = 80, Transport = 6 },
            new() { Executable = 5, Process = 123 });
        Take(Connection());
        _observer.Flush();

        Assert.Equal("/bin/?cur", ((ConversationSeen)Assert.Single(_told)).Executable);
    }

    [Fact]
    public void A_recognised_payload_is_told_after_its_connection()
    {
        Take(Connection());
        var payload = new PayloadEvent { Head = Connection() with { Type = KernelEventType.Payload }, FromClient = 1 };
        var request = "GET / HTTP/1.1\r\nHost: api.example\r\n\r\n"u8;
        request.CopyTo((Span<byte>)payload.Data);
        payload.Length = (uint)request.Length;
        Take(payload);

        Assert.IsType<ConversationSeen>(_told[0]);
        Assert.Equal("http", Assert.IsType<ProtocolSeen>(_told[1]).Protocol);
    }

    [Fact]
    public void A_name_is_told_with_its_addresses()
    {
        var name = new NameEvent { Head = Connection() with { Type = KernelEventType.Name }, Identity = Identity.FirstName, NameLength = 11, AddressCount = 2 };
        "api.example"u8.CopyTo((Span<byte>)name.Name);
        name.Addresses[0] = MappedAddress.From(IPAddress.Parse("198.51.100.7"));
        name.Addresses[1] = MappedAddress.From(IPAddress.Parse("2001:db8::7"));
        Take(name);

        var seen = Assert.IsType<NameSeen>(Assert.Single(_told));
        Assert.Equal(("api.example", new Identity(Identity.FirstName)), (seen.HostName, seen.Identity));
        Assert.Equal(["198.51.100.7", "2001:db8::7"], seen.Addresses.Select(a => a.ToString()));
    }

    [Fact]
    public void The_time_is_that_of_the_last_connection()
    {
        var before = DateTimeOffset.UtcNow;
        var now = (ulong)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));
        Take(Connection() with { Time = now - 3600_000_000_000 });
        Take(Connection() with { Time = now });
        _observer.Flush();

        Assert.True(Assert.Single(_told).Time > before.AddMinutes(-30));
    }

    [Fact]
    public void Arbitrary_bytes_never_throw()
    {
        Gen.Byte.Array[0, 700].Sample(bytes =>
        {
            if (bytes.Length >= 4)
                MemoryMarshal.Write(bytes, bytes[0] % 5u);
            _observer.Take(bytes);
            _observer.Flush();
        }, iter: 2000, threads: 1);
    }

    private void Take<T>(T e) where T : unmanaged => _observer.Take(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in e)));

    private static KernelEvent Connection() => new()
    {
        Type = KernelEventType.Connection,
        Workload = 0x101,
        Peer = 0x102,
        Container = 1,
        Address = MappedAddress.From(IPAddress.Parse("10.0.0.3")),
        ServerPort = 80,
        ClientPort = 40000,
        Transport = 6,
        Attempts = 1,
    };
}
