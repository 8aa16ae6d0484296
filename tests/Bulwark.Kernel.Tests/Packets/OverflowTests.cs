using System.Buffers.Binary;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Netlink;
using Bulwark.Kernel.Tests.Harness;
using Bulwark.Model;
using static Bulwark.Kernel.Tests.Harness.Make;
using static Bulwark.Kernel.Tests.Harness.PacketTrial;

namespace Bulwark.Kernel.Tests.Packets;

/// <summary>
/// Tables that are full, and floods that would fill them: "web" is the container that must not notice, "the other" behind a second
/// interface the one that floods.
/// </summary>
public sealed class OverflowTests : IDisposable
{
    // Offsets in a frame of IPv4 without options.
    private const int SourceAddress = 26;
    private const int DestinationAddress = 30;
    private const int SourcePort = 34;
    private const int DestinationPort = 36;
    private const int Identification = 18;

    private const int OpeningsMax = 4096; // of one interface
    private const int Openings = 131_072;
    private const int TcpConnections = 131_072;
    private const int OtherConnections = 65_536;
    private const int NameAddresses = 65_536;
    private const uint OtherPolicy = 900;

    private readonly PrivateNetwork _network = new();
    private readonly PacketTrial _trial = new();
    private readonly uint _other;

    public OverflowTests()
    {
        _network.IpInside("link", "add", "outer", "type", "veth", "peer", "name", "inner");
        _other = _network.Inside(() => Interfaces.Links().Single(l => l.Name == "outer").Index);
        _trial.Kernel.Endpoints.Set(_other, new() { Netns = Namespace + 1, Workload = Database.Value, Container = DatabaseNumber });
        _trial.Kernel.Workloads.Set(Database.Value, new() { Policy = OtherPolicy, Mode = (uint)Mode.Protect });
        _trial.Kernel.Policies.Set(new() { Policy = OtherPolicy, Peer = Identity.World.Value, Direction = (byte)Direction.Out }, Permission.All);
    }

    public void Dispose()
    {
        _trial.Dispose();
        _network.Dispose();
    }

    [Fact]
    public void A_million_openings_of_one_container_push_out_no_opening_of_another()
    {
        _trial.Protect(Out(Identity.World, UdpNumber, 53), Out(Identity.World, TcpNumber, 443));
        _trial.Send(Udp("10.0.0.2:40000", "198.51.100.7:53"));
        _trial.Send(Tcp("10.0.0.2:40000", "198.51.100.7:443", Syn));

        const int Million = 1_000_000;
        var passed = FloodOfOther(Tcp("10.0.0.3:1", "198.51.100.7:80", Syn), Million, (frame, i) =>
        {
            Put(frame, SourcePort, (ushort)i);
            Put(frame, DestinationPort, (ushort)(1 + i / 65_536));
        });

        Assert.Equal(Million, passed);
        Assert.True(OpeningsAt(_other) < 2 * OpeningsMax, "one interface has no more than its share");
        Assert.True(_trial.Count(Counter.Untracked) > Million - 2 * OpeningsMax);
        Assert.True(_trial.Receive(Udp("198.51.100.7:53", "10.0.0.2:40000")).Passed);
        Assert.True(_trial.Receive(Tcp("198.51.100.7:443", "10.0.0.2:40000", Syn | Ack)).Passed);
        Assert.Equal(0ul, _trial.Count(Counter.Midstream));
        // Its own conversations go on, as far as the policy can tell whose an answer is.
        Assert.True(ReceiveOfOther(Tcp("198.51.100.7:16", "10.0.0.3:65535", Syn | Ack)).Passed);
    }

    [Fact]
    public void A_client_that_floods_a_server_takes_no_place_of_its_other_clients()
    {
        _trial.Protect(In(Database, UdpNumber, 53), In(Identity.World, UdpNumber, 53));
        Assert.Equal(100_000, Flood(Interface, false, Udp("10.0.0.3:1", "10.0.0.2:53"), 100_000, (frame, i) => Put(frame, SourcePort, (ushort)i)));

        Assert.True(_trial.Receive(Udp("198.51.100.7:40000", "10.0.0.2:53")).Passed);
        Assert.True(_trial.Send(Udp("10.0.0.2:53", "198.51.100.7:40000")).Passed);
    }

    [Fact]
    public void Answered_openings_give_their_place_back_at_once()
    {
        _trial.Protect(Out(Identity.World, UdpNumber, 53));
        for (var i = 0; i < 3 * OpeningsMax; i++)
        {
            Assert.True(_trial.Send(Udp($"10.0.0.2:{1000 + i}", "198.51.100.7:53")).Passed);
            Assert.True(_trial.Receive(Udp("198.51.100.7:53", $"10.0.0.2:{1000 + i}")).Passed);
        }

        Assert.Equal(0ul, _trial.Count(Counter.Untracked));
    }

    [Fact]
    public void When_openings_are_full_nothing_established_is_cut_and_answers_of_TCP_pass_by_the_policy()
    {
        // A share is of an interface and a peer: many peers fill the table.
        const int Peers = 40;
        _trial.Protect(In(Identity.Any, UdpNumber, 53), Out(Identity.World, TcpNumber, 443), Out(Identity.World, UdpNumber, 123));
        for (var peer = 0; peer < Peers; peer++)
            _trial.Range($"100.{peer}.0.0/16", Identity.FirstRange + 1 + (uint)peer);
        Establish("10.0.0.2:40000", "198.51.100.7:443");
        Exchange("10.0.0.2:40001", "198.51.100.7:123");
        _trial.Send(Tcp("10.0.0.2:40002", "198.51.100.7:443", Syn));
        for (var peer = 0; peer < Peers; peer++)
        {
            Flood(Interface, false, Udp($"100.{peer}.0.1:1", "10.0.0.2:53"), OpeningsMax, (frame, i) => Put(frame, SourcePort, (ushort)(i + 1)));
        }
        Assert.True(Count("openings") > Openings * 9 / 10, $"{Count("openings")} openings");

        Assert.True(_trial.Receive(Tcp("198.51.100.7:443", "10.0.0.2:40000", Ack, "pushed")).Passed);
        Assert.True(_trial.Receive(Udp("198.51.100.7:123", "10.0.0.2:40001")).Passed);
        Assert.True(_trial.Receive(Tcp("198.51.100.7:443", "10.0.0.2:40002", Syn | Ack)).Passed);
        StaysClosed();
    }

    [Fact]
    public void When_TCP_connections_are_full_the_forgotten_ones_go_on_by_the_policy_and_nothing_else_passes()
    {
        _trial.Protect(Out(Identity.World, TcpNumber, 443));
        Establish("10.0.0.2:40000", "198.51.100.7:443");
        FillTcp();
        Assert.True(Count("tcp_connections") > TcpConnections * 9 / 10, $"{Count("tcp_connections")} connections");
        Assert.Equal(0ul, _trial.Count(Counter.Untracked));

        Assert.True(_trial.Receive(Tcp("198.51.100.7:443", "10.0.0.2:40000", Ack, "pushed")).Passed);
        Assert.True(_trial.Send(Tcp("10.0.0.2:40000", "198.51.100.7:443", Ack, "data")).Passed);
        StaysClosed();
        Establish("10.0.0.2:40009", "198.51.100.7:443");
    }

    [Fact]
    public void What_is_over_is_not_counted_as_filling_a_table()
    {
        _trial.Protect(Out(Identity.World, TcpNumber, 443), Out(Identity.World, UdpNumber, 53));
        Establish("10.0.0.2:40000", "198.51.100.7:443");
        Establish("10.0.0.2:40001", "198.51.100.7:443");
        _trial.Send(Tcp("10.0.0.2:40001", "198.51.100.7:443", Rst));
        Exchange("10.0.0.2:40000", "198.51.100.7:53");
        _trial.Send(Udp("10.0.0.2:40001", "198.51.100.7:53"));
        Assert.Equal((1, 2, 1), (Count("openings"), Count("tcp_connections"), Count("other_connections")));

        _trial.Pass(TimeSpan.FromMinutes(4));
        Assert.Equal((0, 1, 0), (Count("openings"), Count("tcp_connections"), Count("other_connections")));
    }

    [Fact]
    public void When_the_event_buffer_is_full_packets_are_judged_all_the_same_and_what_is_lost_is_counted()
    {
        _trial.Protect(Out(Identity.World, TcpNumber, 443));
        FillTcp();
        Assert.True(_trial.Count(Counter.LostConnections) > 0);

        Establish("10.0.0.2:40000", "198.51.100.7:443");
        StaysClosed();
        var told = _trial.Events().Count;
        Assert.True(told > 10_000, $"{told} events");
        Establish("10.0.0.2:40001", "198.51.100.7:443");
        Assert.Single(_trial.Events(), e => e.Type == KernelEventType.Connection);
    }

    [Fact]
    public void When_other_connections_are_full_those_in_use_stay_and_the_forgotten_ones_start_anew()
    {
        _trial.Protect(Out(Identity.World, UdpNumber, 53));
        Exchange("10.0.0.2:40000", "198.51.100.7:53");
        Exchange("10.0.0.2:40001", "198.51.100.7:53");
        for (var i = 0; i < OtherConnections + 20_000; i += 1000)
        {
            var first = i;
            Flood(Interface, true, Udp("10.0.0.2:1", "203.0.113.1:53"), 1000, (frame, j) => Number(frame, SourcePort, DestinationAddress, first + j));
            Flood(Interface, false, Udp("203.0.113.1:53", "10.0.0.2:1"), 1000, (frame, j) => Number(frame, DestinationPort, SourceAddress, first + j));
            Assert.True(_trial.Receive(Udp("198.51.100.7:53", "10.0.0.2:40000")).Passed, $"in use, after {i} others");
        }
        Assert.True(Count("other_connections") > OtherConnections * 9 / 10, $"{Count("other_connections")} connections");

        Assert.True(_trial.Send(Udp("10.0.0.2:40001", "198.51.100.7:53")).Passed);
        Assert.True(_trial.Receive(Udp("198.51.100.7:53", "10.0.0.2:40001")).Passed);
        StaysClosed();
    }

    [Fact]
    public void When_policies_are_full_the_next_entry_is_refused_and_those_in_force_hold()
    {
        const int Capacity = 524_288;
        const int TooBig = 7; // E2BIG
        _trial.Protect(Out(Identity.World, UdpNumber, 53));
        var refused = Assert.Throws<KernelException>(() =>
        {
            for (var i = 0u; i <= Capacity; i++)
                _trial.Kernel.Policies.Set(new() { Policy = 1000 + (i >> 16), Peer = i, Port = 1 }, Permission.All);
        });

        Assert.Equal(TooBig, refused.Error);
        Exchange("10.0.0.2:40000", "198.51.100.7:53");
        StaysClosed();
    }

    [Fact]
    public void When_endpoints_are_full_a_further_interface_is_refused_and_the_others_hold()
    {
        const uint Capacity = 16_384;
        _trial.Protect(Out(Identity.World, UdpNumber, 53));
        Assert.Throws<KernelException>(() =>
        {
            for (var i = 0u; i <= Capacity; i++)
                _trial.Kernel.Endpoints.Set(1_000_000 + i, new());
        });

        Exchange("10.0.0.2:40000", "198.51.100.7:53");
        StaysClosed();
    }

    [Fact]
    public void New_names_without_number_take_none_of_the_names_in_profiles()
    {
        const uint Known = Identity.FirstName + 0x2000_0000;
        _trial.Kernel.Names.Set(NameKeyOf("api.example"), Known);
        _trial.Protect(Out(new(Known), TcpNumber, 443), Out(Identity.Host, UdpNumber, 53));
        Exchange("10.0.0.2:5353", "10.0.0.1:53");
        for (var i = 0; i < 10_000; i++)
        {
            if (i % 400 == 0)
                _trial.Refill();
            _trial.Receive(Udp("10.0.0.1:53", "10.0.0.2:5353", new DnsAnswer($"n{i}.example").Address("203.0.113.9").ToBytes()));
        }
        _trial.Refill();
        Assert.True(Count("new_names") > 7000, $"{Count("new_names")} names");

        _trial.Receive(Udp("10.0.0.1:53", "10.0.0.2:5353", new DnsAnswer("api.example").Address("198.51.100.7").ToBytes()));
        Establish("10.0.0.2:40000", "198.51.100.7:443");
        Assert.False(_trial.Send(Tcp("10.0.0.2:40001", "203.0.113.9:443", Syn)).Passed);
    }

    [Fact]
    public void When_names_are_full_a_further_one_is_a_new_name_and_those_in_profiles_hold()
    {
        const int Capacity = 32_768;
        const uint Known = Identity.FirstName + 0x2000_0000;
        const uint Further = Known + 1;
        _trial.Kernel.Names.Set(NameKeyOf("api.example"), Known);
        _trial.Protect(Out(new(Known), TcpNumber, 443), Out(new(Further), TcpNumber, 443), Out(Identity.Host, UdpNumber, 53));
        for (var i = 1; i < Capacity; i++)
            _trial.Kernel.Names.Set(NameKeyOf($"n{i}.example"), Further + (uint)i);
        Assert.Throws<KernelException>(() => _trial.Kernel.Names.Set(NameKeyOf("further.example"), Further));
        Exchange("10.0.0.2:5353", "10.0.0.1:53");

        _trial.Receive(Udp("10.0.0.1:53", "10.0.0.2:5353", new DnsAnswer("api.example").Address("198.51.100.7").ToBytes()));
        _trial.Receive(Udp("10.0.0.1:53", "10.0.0.2:5353", new DnsAnswer("further.example").Address("203.0.113.9").ToBytes()));

        Establish("10.0.0.2:40000", "198.51.100.7:443");
        Assert.False(_trial.Send(Tcp("10.0.0.2:40001", "203.0.113.9:443", Syn)).Passed);
    }

    [Fact]
    public void Answers_of_DNS_to_one_container_push_out_no_address_of_another()
    {
        AllowByName();
        AskForMany(refill: false);

        Assert.InRange(Count("name_addresses"), 4096, 3 * 4096);
        Establish("10.0.0.2:40001", "198.51.100.7:443");
    }

    [Fact]
    public void When_addresses_of_names_are_full_those_in_use_stay()
    {
        AllowByName();
        Establish("10.0.0.2:40000", "198.51.100.7:443");
        AskForMany(refill: true);

        Assert.True(Count("name_addresses") > NameAddresses * 9 / 10, $"{Count("name_addresses")} addresses");
        Assert.True(_trial.Receive(Tcp("198.51.100.7:443", "10.0.0.2:40000", Ack, "pushed")).Passed);
        Establish("10.0.0.2:40001", "198.51.100.7:443");
        Assert.False(_trial.Send(Tcp("10.0.0.2:40002", "100.1.0.1:443", Syn)).Passed, "what another asked for says nothing for this one");
    }

    [Fact]
    public void A_connection_by_name_goes_on_when_its_address_was_pushed_out_and_a_new_one_must_ask_again()
    {
        AllowByName();
        Establish("10.0.0.2:40000", "198.51.100.7:443");
        PushOutAddresses();
        Assert.False(_trial.Send(Tcp("10.0.0.2:40001", "198.51.100.7:443", Syn)).Passed, "the address was pushed out");

        Assert.True(_trial.Receive(Tcp("198.51.100.7:443", "10.0.0.2:40000", Ack, "pushed")).Passed);
        Assert.True(_trial.Send(Tcp("10.0.0.2:40000", "198.51.100.7:443", Ack, "data")).Passed);
        Ask("198.51.100.7");
        Establish("10.0.0.2:40002", "198.51.100.7:443");
    }

    [Fact]
    public void A_connection_by_name_ends_with_its_permission_even_if_the_name_was_pushed_out()
    {
        AllowByName();
        Establish("10.0.0.2:40000", "198.51.100.7:443");
        PushOutAddresses();
        _trial.Protect();

        Assert.False(_trial.Send(Tcp("10.0.0.2:40000", "198.51.100.7:443", Ack, "data")).Passed);
    }

    [Fact]
    public void First_fragments_of_one_container_push_out_none_of_another()
    {
        _trial.Protect(Out(Identity.World, UdpNumber, 53));
        var parts = Fragments(Udp("10.0.0.2:40000", "198.51.100.7:53", new string('x', 60)), 32);
        Assert.True(_trial.Send(parts[0]).Passed);
        FloodOfOther(Fragments(Udp("10.0.0.3:1", "198.51.100.7:53", new string('x', 60)), 32)[0], 6000, (frame, i) =>
        {
            Put(frame, Identification, (ushort)i);
            Put(frame, SourcePort, 7);
        });

        Assert.True(_trial.Send(parts[1]).Passed);
    }

    [Fact]
    public void When_fragments_are_full_later_ones_of_the_forgotten_are_refused_and_whole_packets_pass() => OwnThread.RunOnOneProcessor(() =>
    {
        _trial.Protect(Out(Identity.World, UdpNumber, 53));
        var parts = Fragments(Udp("10.0.0.2:40000", "198.51.100.7:53", new string('x', 60)), 32, id: 70_000 & 0xffff);
        Assert.True(_trial.Send(parts[0]).Passed);
        for (var i = 0; i < 20; i++)
        {
            _trial.Refill();
            var first = i * 1000;
            FloodOfOther(Fragments(Udp("10.0.0.3:1", "198.51.100.7:53", new string('x', 60)), 32)[0], 1000, (frame, j) => Put(frame, Identification, (ushort)(first + j)));
        }

        Assert.False(_trial.Send(parts[1]).Passed);
        Exchange("10.0.0.2:40000", "198.51.100.7:53");
    });

    [Fact]
    public void When_attempts_are_full_every_one_is_blocked_all_the_same()
    {
        _trial.Protect();
        var passed = 0;
        for (var i = 0; i < 30; i++)
        {
            _trial.Refill();
            var first = i * 1000;
            passed += Flood(Interface, true, Udp("10.0.0.2:1", "203.0.113.1:53"), 1000, (frame, j) => Number(frame, DestinationPort, DestinationAddress, first + j));
        }

        Assert.Equal(0, passed);
        Assert.Equal(30_000ul, _trial.Count(Counter.Blocked));
    }

    [Fact]
    public void When_sockets_are_full_packets_are_judged_all_the_same()
    {
        _trial.Protect(Out(Identity.World, UdpNumber, 53), In(Identity.World, TcpNumber, 80));
        for (var i = 0u; i < 40_000; i++)
            _trial.Kernel.Sockets.Set(new() { Netns = 1 + (i >> 16), Port = (ushort)i, Transport = TcpNumber, Bound = 1 }, new() { Executable = 1 });

        Exchange("10.0.0.2:40000", "198.51.100.7:53");
        // Taken over in the middle: though it is not known that the port is bound, the policy allows it in one orientation.
        Assert.True(_trial.Send(Tcp("10.0.0.2:80", "198.51.100.7:40000", Ack, "data")).Passed);
        StaysClosed();
    }

    // Opens and completes more connections than the table holds.
    private void FillTcp()
    {
        for (var i = 0; i < TcpConnections + 20_000; i += 1000)
        {
            var first = i;
            Flood(Interface, true, Tcp("10.0.0.2:1", "203.0.113.1:443", Syn), 1000, (frame, j) => Number(frame, SourcePort, DestinationAddress, first + j));
            Flood(Interface, false, Tcp("203.0.113.1:443", "10.0.0.2:1", Syn | Ack), 1000, (frame, j) => Number(frame, DestinationPort, SourceAddress, first + j));
            Flood(Interface, true, Tcp("10.0.0.2:1", "203.0.113.1:443", Ack), 1000, (frame, j) => Number(frame, SourcePort, DestinationAddress, first + j));
        }
    }

    private void StaysClosed()
    {
        Assert.False(_trial.Send(Tcp("10.0.0.2:50000", "198.51.100.7:22", Syn)).Passed);
        Assert.False(_trial.Send(Tcp("10.0.0.2:50000", "198.51.100.7:22", Ack)).Passed);
        Assert.False(_trial.Receive(Tcp("198.51.100.7:50000", "10.0.0.2:22", Syn)).Passed);
        Assert.False(_trial.Receive(Udp("198.51.100.7:50000", "10.0.0.2:22")).Passed);
        Assert.False(_trial.Send(Udp("10.0.0.2:50000", "198.51.100.7:22")).Passed);
    }

    private void Establish(string client, string server)
    {
        Assert.True(_trial.Send(Tcp(client, server, Syn)).Passed);
        Assert.True(_trial.Receive(Tcp(server, client, Syn | Ack)).Passed);
        Assert.True(_trial.Send(Tcp(client, server, Ack)).Passed);
    }

    private void Exchange(string client, string server)
    {
        Assert.True(_trial.Send(Udp(client, server)).Passed);
        Assert.True(_trial.Receive(Udp(server, client)).Passed);
    }

    // Web may talk with api.example, and knows its address.
    private void AllowByName()
    {
        const uint Known = Identity.FirstName + 0x2000_0000;
        _trial.Kernel.Names.Set(NameKeyOf("api.example"), Known);
        _trial.Protect(Out(new(Known), TcpNumber, 443), Out(Identity.Host, UdpNumber, 53));
        Exchange("10.0.0.2:5353", "10.0.0.1:53");
        Ask("198.51.100.7");
    }

    private void Ask(string address) =>
        _trial.Receive(Udp("10.0.0.1:53", "10.0.0.2:5353", new DnsAnswer("api.example").Address(address).ToBytes()));

    // As if the addresses had not been used for longest.
    private void PushOutAddresses()
    {
        using var change = _trial.Kernel.Changes.Begin();
        var addresses = _trial.Kernel.Map<(ulong, ulong, ulong), UInt128>("name_addresses");
        foreach (var key in addresses.Keys())
            addresses.Remove(key);
    }

    // The other gets answers with more addresses than the table holds.
    private void AskForMany(bool refill)
    {
        _trial.Kernel.Policies.Set(new() { Policy = OtherPolicy, Peer = Identity.Host.Value, Direction = (byte)Direction.Out }, Permission.All);
        FloodOfOther(Udp("10.0.0.3:5353", "10.0.0.1:53"), 1, (_, _) => { });
        Assert.True(ReceiveOfOther(Udp("10.0.0.1:53", "10.0.0.3:5353")).Passed);
        var answer = new DnsAnswer("many.example");
        for (var i = 0; i < 30; i++)
            answer.Address($"100.{i}.0.1");
        var packet = Udp("10.0.0.1:53", "10.0.0.3:5353", answer.ToBytes());
        var lastBytes = packet.ToFrame().Length - 2;
        for (var i = 0; i < 3000; i++)
        {
            if (refill && i % 100 == 0)
                _trial.Refill();
            var number = i;
            Flood(_other, false, packet, 1, (frame, _) =>
            {
                // The last two bytes of every address.
                for (var record = 0; record < 30; record++)
                    Put(frame, lastBytes - record * 16, (ushort)number);
            });
        }
        _trial.Refill();
    }

    private int FloodOfOther(Packet packet, int count, Action<byte[], int> change) => Flood(_other, true, packet, count, change);

    private Outcome ReceiveOfOther(Packet packet) => new(Flood(_other, false, packet, 1, (_, _) => { }) == 1 ? -1 : 2, [], 0);

    private int Flood(uint @interface, bool sent, Packet packet, int count, Action<byte[], int> change) =>
        _network.Inside(() => _trial.Flood(@interface, sent, packet.ToFrame(), count, change));

    private int OpeningsAt(uint @interface) =>
        _trial.Kernel.Map<Flow, UInt128>("openings").Keys().Count(flow => flow.Interface == @interface);

    private int Count(string table) => (int)_trial.Kernel.TableSizes().Single(t => t.Name == table).Entries;

    private static NameKey NameKeyOf(string name)
    {
        var key = new NameKey();
        System.Text.Encoding.ASCII.GetBytes(name).CopyTo(key);
        return key;
    }

    // Makes a conversation of a number: a port, and for large numbers another address.
    private static void Number(byte[] frame, int port, int address, int number)
    {
        Put(frame, port, (ushort)(number % 50_000 + 1));
        frame[address + 3] = (byte)(number / 50_000 + 1);
    }

    private static void Put(byte[] frame, int offset, ushort value) => BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(offset), value);

    // struct connection_key, as far as it counts here.
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Explicit, Size = 48)]
    private struct Flow
    {
        [System.Runtime.InteropServices.FieldOffset(32)]
        public uint Interface;
    }
}
