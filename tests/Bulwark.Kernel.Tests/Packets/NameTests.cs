using System.Text;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Tests.Harness;
using Bulwark.Model;
using CsCheck;
using static Bulwark.Kernel.Tests.Harness.Make;
using static Bulwark.Kernel.Tests.Harness.PacketTrial;

namespace Bulwark.Kernel.Tests.Packets;

public sealed class NameTests : IDisposable
{
    private const uint Known = Identity.FirstName + 0x2000_0001;

    private readonly PacketTrial _trial = new();

    public NameTests()
    {
        var key = new NameKey();
        Encoding.ASCII.GetBytes("api.example.com").CopyTo(key);
        _trial.Kernel.Names.Set(key, Known);
        Protect();
    }

    public void Dispose() => _trial.Dispose();

    [Theory]
    [InlineData("198.51.100.7")]
    [InlineData("[2001:db8::7]")]
    public void A_name_is_allowed_at_the_address_that_DNS_told_the_container(string address)
    {
        Assert.False(Connects(address));
        Resolve(new DnsAnswer("api.example.com").Address(address.Trim('[', ']')));

        Assert.True(Connects(address));
        Assert.False(Connects(address, 80));
        Assert.False(Connects("198.51.100.8"));
    }

    [Fact]
    public void What_was_learnt_is_told()
    {
        Resolve(new DnsAnswer("api.example.com").Address("198.51.100.7").Address("2001:db8::7"));

        var told = Assert.Single(_trial.Events(), e => e.Type == KernelEventType.Name);
        Assert.Equal(("api.example.com", Known), (told.Name, told.Identity));
        Assert.Equal(["198.51.100.7", "2001:db8::7"], told.Addresses.Select(a => a.ToString()));
        Assert.Equal((Web.Value, WebNumber, Interface), (told.Head.Workload, told.Head.Container, told.Head.Interface));
        Assert.Equal(1ul, _trial.Count(Counter.Names));
    }

    [Fact]
    public void The_same_answer_again_is_told_no_more()
    {
        Resolve(new DnsAnswer("api.example.com").Address("198.51.100.7"));
        _trial.Events();
        Resolve(new DnsAnswer("api.example.com").Address("198.51.100.7"));

        Assert.DoesNotContain(_trial.Events(), e => e.Type == KernelEventType.Name);
    }

    [Theory]
    [InlineData("API.Example.COM")]
    [InlineData("aPi.eXample.cOm")]
    public void Case_does_not_matter(string asked)
    {
        Resolve(new DnsAnswer(asked).Address("198.51.100.7"));

        Assert.True(Connects("198.51.100.7"));
    }

    [Fact]
    public void Addresses_behind_aliases_belong_to_the_name_that_was_asked_for()
    {
        Resolve(new DnsAnswer("api.example.com").Alias("edge.cdn.example").Alias("node7.cdn.example")
            .Address("198.51.100.7", DnsAnswer.Name("node7.cdn.example")).Address("198.51.100.8", [4, .. "node"u8, 0xc0, 12]));

        Assert.True(Connects("198.51.100.7"));
        Assert.True(Connects("198.51.100.8"));
    }

    [Fact]
    public void Other_names_are_not_allowed()
    {
        Resolve(new DnsAnswer("evil.example.com").Address("198.51.100.66"));
        Resolve(new DnsAnswer("xapi.example.com").Address("198.51.100.67"));
        Resolve(new DnsAnswer("api.example.com.evil.example").Address("198.51.100.68"));

        Assert.False(Connects("198.51.100.66"));
        Assert.False(Connects("198.51.100.67"));
        Assert.False(Connects("198.51.100.68"));
    }

    [Fact]
    public void A_new_name_gets_an_identity_of_its_own_and_keeps_it()
    {
        Resolve(new DnsAnswer("one.example").Address("198.51.100.1"));
        Resolve(new DnsAnswer("two.example").Address("198.51.100.2"));
        Resolve(new DnsAnswer("one.example").Address("198.51.100.3"));

        var told = _trial.Events().Where(e => e.Type == KernelEventType.Name).ToList();
        Assert.Equal(told[0].Identity, told[2].Identity);
        Assert.NotEqual(told[0].Identity, told[1].Identity);
        Assert.All(told, e => Assert.InRange(e.Identity, Identity.FirstName, Identity.FirstName + 0x1fff_ffff));
    }

    [Fact]
    public void When_all_numbers_are_given_out_no_new_name_passes_for_an_old_one()
    {
        const uint all = 0x2000_0000;
        _trial.Kernel.Settings.Set(Setting.NextName, all - 1);
        Resolve(new DnsAnswer("last.example").Address("198.51.100.1"));
        Resolve(new DnsAnswer("late.example").Address("198.51.100.2"));

        var told = Assert.Single(_trial.Events(), e => e.Type == KernelEventType.Name);
        Assert.Equal(Identity.FirstName + all - 1, told.Identity);
    }

    [Fact]
    public void An_address_may_have_several_names_each_of_which_counts()
    {
        Resolve(new DnsAnswer("api.example.com").Address("198.51.100.7"));
        foreach (var other in (string[])["a.example", "b.example", "c.example"])
            Resolve(new DnsAnswer(other).Address("198.51.100.7"));
        Assert.True(Connects("198.51.100.7"));

        Resolve(new DnsAnswer("d.example").Address("198.51.100.7"));
        Assert.False(Connects("198.51.100.7"));
    }

    [Fact]
    public void What_one_workload_resolved_says_nothing_for_another()
    {
        Resolve(new DnsAnswer("api.example.com").Address("198.51.100.7"));
        _trial.Kernel.Workloads.TryGet(Web.Value, out var policy);
        _trial.Kernel.Workloads.Set(Database.Value, policy);
        _trial.Kernel.Endpoints.Set(Interface, new() { Workload = Database.Value, Container = WebNumber });

        Assert.False(Connects("198.51.100.7"));
    }

    [Fact]
    public void An_answer_that_nobody_asked_for_teaches_nothing()
    {
        _trial.Learn();
        _trial.Receive(Udp("10.0.0.1:53", "10.0.0.2:41000", new DnsAnswer("api.example.com").Address("198.51.100.7").ToBytes()));
        _trial.Send(Udp("10.0.0.2:41000", "10.0.0.1:53", "thanks"));
        _trial.Receive(Udp("10.0.0.1:53", "10.0.0.2:41000", new DnsAnswer("api.example.com").Address("198.51.100.7").ToBytes()));
        Protect();

        Assert.False(Connects("198.51.100.7"));
    }

    [Fact]
    public void An_answer_from_a_port_other_than_DNS_teaches_nothing()
    {
        _trial.Learn();
        _trial.Send(Udp("10.0.0.2:41000", "10.0.0.1:54", "question"));
        _trial.Receive(Udp("10.0.0.1:54", "10.0.0.2:41000", new DnsAnswer("api.example.com").Address("198.51.100.7").ToBytes()));
        Protect();

        Assert.False(Connects("198.51.100.7"));
    }

    [Fact]
    public void The_container_itself_teaches_nothing()
    {
        _trial.Learn();
        _trial.Receive(Udp("10.0.0.3:41000", "10.0.0.2:53", "question"));
        _trial.Send(Udp("10.0.0.2:53", "10.0.0.3:41000", new DnsAnswer("api.example.com").Address("198.51.100.7").ToBytes()));
        Protect();

        Assert.False(Connects("198.51.100.7"));
    }

    public static TheoryData<string> Wrong => [.. s_wrong.Keys];

    private static readonly Dictionary<string, byte[]> s_wrong = new()
    {
        ["a question"] = new DnsAnswer("api.example.com") { Flags = 0x0100 }.Address("198.51.100.7").ToBytes(),
        ["a truncated answer"] = new DnsAnswer("api.example.com") { Flags = 0x8380 }.Address("198.51.100.7").ToBytes(),
        ["an error"] = new DnsAnswer("api.example.com") { Flags = 0x8183 }.Address("198.51.100.7").ToBytes(),
        ["two questions"] = new DnsAnswer("api.example.com") { Questions = 2 }.Address("198.51.100.7").ToBytes(),
        ["no question"] = new DnsAnswer("api.example.com") { Questions = 0 }.Address("198.51.100.7").ToBytes(),
        ["no answers"] = new DnsAnswer("api.example.com") { ClaimedAnswers = 0 }.Address("198.51.100.7").ToBytes(),
        ["a compressed question"] = new DnsAnswer([3, .. "api"u8, 0xc0, 12]).Address("198.51.100.7").ToBytes(),
        ["a question that points to itself"] = new DnsAnswer([0xc0, 12]).Address("198.51.100.7").ToBytes(),
        ["a question of the root"] = new DnsAnswer([0]).Address("198.51.100.7").ToBytes(),
        ["a label of 64 bytes"] = new DnsAnswer([64, .. new byte[64], 0]).Address("198.51.100.7").ToBytes(),
        ["a label with a dot"] = new DnsAnswer([11, .. "api.example"u8, 3, .. "com"u8, 0]).Address("198.51.100.7").ToBytes(),
        ["a label with a zero"] = new DnsAnswer([4, .. "api\0"u8, 7, .. "example"u8, 3, .. "com"u8, 0]).Address("198.51.100.7").ToBytes(),
        ["a label past the end"] = [.. new DnsAnswer("x").ToBytes()[..12], 63, .. "api.example.com"u8],
        ["a name of 300 bytes"] = new DnsAnswer(string.Join('.', Enumerable.Repeat("abcdefghi", 30))).Address("198.51.100.7").ToBytes(),
        ["a record past the end"] = new DnsAnswer("api.example.com").Record(1, [198, 51, 100, 7], size: 5).ToBytes(),
        ["a record cut in its header"] = new DnsAnswer("api.example.com").Address("198.51.100.7").ToBytes()[..^5],
        ["an address record of 5 bytes"] = new DnsAnswer("api.example.com").Record(1, [198, 51, 100, 7, 0]).ToBytes(),
        ["an address record of 3 bytes"] = new DnsAnswer("api.example.com").Record(1, [198, 51, 100]).ToBytes(),
        ["an IPv6 address record of 4 bytes"] = new DnsAnswer("api.example.com").Record(28, [198, 51, 100, 7]).ToBytes(),
        ["an address of another class"] = new DnsAnswer("api.example.com").Record(1, [198, 51, 100, 7], @class: 3).ToBytes(),
        ["a text record"] = new DnsAnswer("api.example.com").Record(16, [198, 51, 100, 7]).ToBytes(),
        ["a record's name of a wrong label"] = new DnsAnswer("api.example.com").Address("198.51.100.7", [0x80, 1]).ToBytes(),
        ["a record's name of a hundred labels"] = new DnsAnswer("api.example.com").Address("198.51.100.7", [.. Enumerable.Repeat(new byte[] { 1, 97 }, 100).SelectMany(l => l), 0]).ToBytes(),
        ["a header alone"] = new DnsAnswer("api.example.com").Address("198.51.100.7").ToBytes()[..12],
        ["half a header"] = new DnsAnswer("api.example.com").Address("198.51.100.7").ToBytes()[..7],
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Nothing_is_learnt_from(string what)
    {
        Resolve(s_wrong[what]);

        Assert.False(Connects("198.51.100.7"));
        Assert.DoesNotContain(_trial.Events(), e => e.Type == KernelEventType.Name);
    }

    [Fact]
    public void A_record_whose_name_points_to_itself_is_read_past()
    {
        Resolve(new DnsAnswer("api.example.com").Address("198.51.100.7", [0xc0, 33]));

        Assert.True(Connects("198.51.100.7"));
    }

    [Fact]
    public void Of_a_thousand_answers_the_first_addresses_are_learnt()
    {
        var answer = new DnsAnswer("api.example.com") { ClaimedAnswers = 1000 };
        for (var i = 0; i < 200; i++) // what a packet of a test run holds
            answer.Address($"198.51.0.{i}");
        Resolve(answer);

        Assert.Equal(NameEvent.AddressesMax, Assert.Single(_trial.Events(), e => e.Type == KernelEventType.Name).Addresses.Count);
        Assert.True(Connects("198.51.0.31"));
        Assert.False(Connects("198.51.0.32"));
    }

    [Fact]
    public void An_answer_that_claims_more_records_than_it_has_teaches_those_it_has()
    {
        Resolve(new DnsAnswer("api.example.com") { ClaimedAnswers = 65535 }.Address("198.51.100.7"));

        Assert.True(Connects("198.51.100.7"));
    }

    [Fact]
    public void The_longest_name_is_learnt_whole()
    {
        var name = string.Join('.', Enumerable.Repeat(new string('a', 49), 5)) + ".com"; // 253 characters
        Resolve(new DnsAnswer(name).Address("198.51.100.7"));

        Assert.Equal(name, Assert.Single(_trial.Events(), e => e.Type == KernelEventType.Name).Name);
    }

    [Fact]
    public void A_name_is_forgotten_a_day_after_its_last_use()
    {
        Resolve(new DnsAnswer("api.example.com").Address("198.51.100.7"));
        _trial.Pass(TimeSpan.FromHours(23));
        Assert.True(Connects("198.51.100.7"));
        _trial.Pass(TimeSpan.FromHours(23));
        Assert.True(Connects("198.51.100.7"));
        _trial.Pass(TimeSpan.FromHours(25));

        Assert.False(Connects("198.51.100.7"));
    }

    [Fact]
    public void A_name_that_was_forgotten_does_not_come_back_with_another()
    {
        Resolve(new DnsAnswer("api.example.com").Address("198.51.100.7"));
        _trial.Pass(TimeSpan.FromHours(25));
        Resolve(new DnsAnswer("other.example").Address("198.51.100.7"));

        Assert.False(Connects("198.51.100.7"));
    }

    [Fact]
    public void A_container_at_the_address_is_the_container_whatever_DNS_says()
    {
        Resolve(new DnsAnswer("api.example.com").Address("10.0.0.3"));

        Assert.False(Connects("10.0.0.3"));
    }

    [Fact]
    public void Arbitrary_answers_do_no_harm()
    {
        Gen.Byte.Array[0, 1400].Sample(bytes => Assert.True(Resolve(bytes).Passed), iter: 300, threads: 1);
    }

    private void Protect() => _trial.Protect(
        Out(new(Known), TcpNumber, 443), Out(Identity.Host, UdpNumber, 53));

    private Outcome Resolve(DnsAnswer answer) => Resolve(answer.ToBytes());

    private Outcome Resolve(byte[] answer)
    {
        Assert.True(_trial.Send(Udp("10.0.0.2:41000", "10.0.0.1:53", "question")).Passed);
        return _trial.Receive(Udp("10.0.0.1:53", "10.0.0.2:41000", answer));
    }

    private bool Connects(string address, int port = 443) =>
        _trial.Send(Tcp(address.StartsWith('[') ? "[fd00::2]:40000" : "10.0.0.2:40000", $"{address}:{port}", Syn)).Passed;
}
