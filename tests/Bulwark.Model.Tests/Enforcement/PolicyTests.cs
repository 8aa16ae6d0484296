using System.Collections.Immutable;
using System.Net;
using Bulwark.Model.Enforcement;
using Bulwark.Model.Learning;
using Bulwark.Model.Profiles;
using CsCheck;

namespace Bulwark.Model.Tests.Enforcement;

public sealed class PolicyTests
{
    private static readonly Peer[] Peers =
    [
        Peer.Workload("shop/db"), Peer.HostName("example.com"), Peer.Range(IPNetwork.Parse("203.0.113.0/24")),
        Peer.Range(IPNetwork.Parse("203.0.113.5/32")), Peer.Host, Peer.World, Peer.Multicast,
    ];

    private static readonly Gen<ProfileKey> Keys =
        Gen.Select(Gen.Enum<Direction>(), Gen.Int[0, 6].Select(i => Peers[i]),
            Gen.Int[0, 4].Select(i => ((byte[])[0, 1, 6, 17, 47])[i]), Gen.Int[0, 2].Select(i => ((ushort[])[0, 8, 80])[i]),
            (direction, peer, transport, port) => new ProfileKey(direction, peer, new(new(transport), port)));

    private static readonly Gen<Profile> Profiles =
        Gen.Select(Keys, Gen.Enum<EntryOrigin>()).Array[0, 8].Select(entries => new Profile("shop/web")
        {
            Entries = entries.DistinctBy(entry => entry.Item1)
                .ToImmutableDictionary(entry => entry.Item1, entry => new ProfileEntry(entry.Item1, entry.Item2)),
        });

    [Fact]
    public void The_kernel_allows_what_the_profile_does_and_nothing_else() =>
        Gen.Select(Profiles, Keys).Sample((profile, key) =>
        {
            if (key.Port.Transport == default)
                return; // no packet has it
            var compiled = PolicyCompiler.Compile(profile, IdentityOf, Peers);
            Assert.Equal(
                ProfileLookup.Cover(profile, key) is not null,
                PolicyModel.Allows(compiled.Entries.ToHashSet(), key.Direction, IdentityOf(key.Peer)!.Value, key.Port.Transport, key.Port.Port));
        });

    [Fact]
    public void Compiled_entries_are_sorted_and_distinct_and_do_not_depend_on_order() =>
        Profiles.Sample(profile =>
        {
            var entries = PolicyCompiler.Compile(profile, IdentityOf, Peers).Entries;
            Assert.Equal(entries.Distinct().OrderBy(entry => entry.Direction).ThenBy(entry => entry.Peer)
                .ThenBy(entry => entry.Transport).ThenBy(entry => entry.Port), entries);
        });

    [Fact]
    public void A_peer_without_identity_is_told_and_refused_entries_are_left_out()
    {
        var profile = Learner.Allow(new("shop/web"), Key("shop/new", 80), default);
        profile = Learner.Observe(profile with { Mode = Mode.Audit }, Key("shop/db", 80), default, 1, "", new());
        var compiled = PolicyCompiler.Compile(profile, IdentityOf);
        Assert.Empty(compiled.Entries);
        Assert.Equal([Peer.Workload("shop/new")], compiled.WithoutIdentity);
    }

    [Fact]
    public void A_packet_seen_to_port_0_does_not_open_all_ports()
    {
        var seen = Learner.Observe(new("shop/web"), Key("shop/db", 0), default, 1, "", new());
        Assert.Empty(PolicyCompiler.Compile(seen, IdentityOf).Entries);
        Assert.Equal([Key("shop/db", 0)], PolicyCompiler.Compile(seen, IdentityOf).Unusable);
        Assert.Single(PolicyCompiler.Compile(Learner.Allow(seen, Key("shop/db", 0), default), IdentityOf).Entries);
    }

    [Fact]
    public void An_entry_for_the_world_counts_for_services_outside_only()
    {
        HashSet<PolicyEntry> policy = [new(Direction.Out, Identity.World, Transport.Tcp, 443)];
        Assert.True(Allows(Identity.World));
        Assert.True(Allows(new(Identity.FirstName)));
        Assert.True(Allows(new(Identity.FirstRange)));
        Assert.False(Allows(Identity.Host));
        Assert.False(Allows(Identity.Multicast));
        Assert.False(Allows(new(Identity.FirstWorkload)));

        bool Allows(Identity peer) => PolicyModel.Allows(policy, Direction.Out, peer, Transport.Tcp, 443);
    }

    [Fact]
    public void More_entries_never_allow_less() =>
        Gen.Select(Profiles, Keys, Keys).Sample((profile, more, key) =>
        {
            if (ProfileLookup.Cover(profile, key) is not null)
                Assert.NotNull(ProfileLookup.Cover(Learner.Allow(profile, more, default), key));
        });

    private static ProfileKey Key(string peer, ushort port) => new(Direction.Out, Peer.Workload(peer), new(Transport.Tcp, port));

    private static Identity? IdentityOf(Peer peer) => Array.IndexOf(Peers, peer) switch
    {
        0 => new(Identity.FirstWorkload),
        1 => new(Identity.FirstName),
        2 => new(Identity.FirstRange),
        3 => new(Identity.FirstRange + 1),
        4 => Identity.Host,
        5 => Identity.World,
        6 => Identity.Multicast,
        _ => null,
    };
}
