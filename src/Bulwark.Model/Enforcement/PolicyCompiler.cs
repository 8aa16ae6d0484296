using System.Collections.Immutable;
using System.Net;
using Bulwark.Model.Profiles;

namespace Bulwark.Model.Enforcement;

/// <summary>Turns a profile into the entries of the kernel's policy.</summary>
public static class PolicyCompiler
{
    /// <param name="profile">What is allowed. Wildcards are as <see cref="ProfileLookup"/> describes.</param>
    /// <param name="identityOf">A peer's identity, or null if it has none yet.</param>
    /// <param name="knownRanges">
    /// Ranges that have identities. The kernel gives an address the identity of its longest prefix only, so an entry for a range needs
    /// one for every known range inside it as well.
    /// </param>
    public static CompiledPolicy Compile(Profile profile, Func<Peer, Identity?> identityOf, IReadOnlyCollection<Peer>? knownRanges = null)
    {
        // With the executables that an entry is for; null: all.
        var entries = new SortedDictionary<PolicyEntry, ImmutableSortedSet<string>?>(Policy.EntryOrder);
        var announcing = new SortedSet<PolicyEntry>(Policy.EntryOrder);
        var pending = new SortedSet<Peer>();
        var unusable = new SortedSet<ProfileKey>();
        var ranges = Parse(knownRanges ?? []);
        foreach (var entry in profile.Entries.Values.Where(entry => entry.IsAllowed))
        {
            if (!ProfileLookup.IsUsable(entry))
            {
                unusable.Add(entry.Key);
                continue;
            }
            Add(entry.Key.Peer);
            if (entry.Key.Peer.Kind != PeerKind.Range || !IPNetwork.TryParse(entry.Key.Peer.Name, out var outer))
                continue;
            foreach (var (peer, inner) in ranges)
            {
                if (ProfileLookup.IsInside(inner, outer))
                    Add(peer);
            }

            void Add(Peer peer)
            {
                if (identityOf(peer) is not { } identity)
                    pending.Add(peer);
                else if (identity == Identity.Any && entry.Key.Port.Port == 0)
                    unusable.Add(entry.Key); // the kernel looks any peer up with a port only
                else
                    Permit(new(entry.Key.Direction, identity, entry.Key.Port.Transport, entry.Key.Port.Port));
            }

            void Permit(PolicyEntry permitted)
            {
                if (ProfileLookup.MayAnnounce(entry))
                    announcing.Add(permitted);
                var only = entry.OnlyExecutables && permitted.Direction == Direction.Out ? entry.Executables : null;
                entries[permitted] = !entries.TryGetValue(permitted, out var others) ? only
                    : others is null || only is null ? null : others.Union(only);
            }
        }
        var listed = entries.SelectMany(pair => pair.Value?.Select(executable => new ExecutableEntry(pair.Key, executable)) ?? []);
        return new([.. entries.Keys])
        {
            Executables = [.. listed],
            Binding = [.. Binding(profile)],
            Announcing = [.. announcing],
            WithoutIdentity = [.. pending],
            Unusable = [.. unusable],
        };
    }

    private static IEnumerable<BindEntry> Binding(Profile profile) => ProfileLookup.ClosedPorts(profile).Select(entry => entry.Key.Port).Distinct().Order()
        .SelectMany(port => ProfileLookup.Binders(profile, port) ?? [], (port, path) => new BindEntry(port.Transport, port.Port, path));

    private static List<(Peer Peer, IPNetwork Range)> Parse(IEnumerable<Peer> peers)
    {
        var ranges = new List<(Peer, IPNetwork)>();
        foreach (var peer in peers)
        {
            if (peer.Kind == PeerKind.Range && IPNetwork.TryParse(peer.Name, out var range))
                ranges.Add((peer, range));
        }
        return ranges;
    }
}
