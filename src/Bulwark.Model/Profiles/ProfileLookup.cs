using System.Collections.Immutable;
using System.Net;
using Bulwark.Model.Protocols;

namespace Bulwark.Model.Profiles;

/// <summary>
/// Finds the profile entry that allows a conversation, in the order in which the kernel looks its policy up: the peer's own entries from
/// narrow to wide, then, for a peer outside, those of the world. An entry that a person wrote may have wildcards: port 0 (any port of
/// the transport) or transport 0 and port 0 (anything).
/// </summary>
public static class ProfileLookup
{
    private const ushort FtpPort = 21;

    /// <summary>The transport and port of an entry for everything that a peer does.</summary>
    public static readonly ServerPort AnyPort = new(default, 0);

    /// <summary>The allowed entry that lets <paramref name="key"/> pass, or null.</summary>
    public static ProfileEntry? Cover(Profile profile, ProfileKey key)
    {
        if (CoverPeer(profile, key) is { } own)
            return own;
        if (key.Peer.Kind == PeerKind.Range && IPNetwork.TryParse(key.Peer.Name, out var range)
            && CoverRange(profile, key, range) is { } wider)
            return wider;
        return key.Peer.IsOutside && key.Peer != Peer.World ? CoverPeer(profile, key with { Peer = Peer.World }) : null;
    }

    /// <summary>
    /// Whether the entry means a conversation, or a set of them, that can be allowed. Only a person makes wildcards: a packet seen to port 0
    /// of TCP must not open all ports.
    /// </summary>
    public static bool IsUsable(ProfileEntry entry)
    {
        if (!entry.IsAllowed)
            return false;
        var port = entry.Key.Port;
        if (port.Transport == default && port.Port != 0)
            return false;
        return entry.Origin == EntryOrigin.Allowed || port.Port != 0 || (port.Transport != default && !HasMeaningfulPort(port.Transport));
    }

    /// <summary>The entries for ports that only their executables may bind. Who binds a port does so for all peers that reach it.</summary>
    public static IEnumerable<ProfileEntry> ClosedPorts(Profile profile) => profile.Entries.Values
        .Where(entry => entry is { OnlyExecutables: true, Key.Direction: Direction.In } && entry.Key.Port.Port != 0 && IsUsable(entry));

    /// <summary>The executables that may bind a port on which peers reach the workload; null: all.</summary>
    public static ImmutableSortedSet<string>? Binders(Profile profile, ServerPort port)
    {
        var closed = ClosedPorts(profile).Where(entry => entry.Key.Port == port).ToList();
        return closed.Count == 0 ? null : closed.SelectMany(entry => entry.Executables).ToImmutableSortedSet(StringComparer.Ordinal);
    }

    /// <summary>
    /// Whether the server may announce further ports of its own on the entry's conversation: it is FTP's, as was learnt, or as its port says
    /// while nothing is known.
    /// </summary>
    public static bool MayAnnounce(ProfileEntry entry) =>
        IsUsable(entry) && entry.Key.Port.Transport == Transport.Tcp && entry.Key.Port.Port != 0
        && (entry.Protocol == ProtocolNames.Ftp || (entry.Protocol.Length == 0 && entry.Key.Port.Port == FtpPort));

    /// <summary>Whether <paramref name="inner"/> lies in <paramref name="outer"/> and is not the same.</summary>
    public static bool IsInside(IPNetwork inner, IPNetwork outer) =>
        inner.BaseAddress.AddressFamily == outer.BaseAddress.AddressFamily
        && inner.PrefixLength > outer.PrefixLength && outer.Contains(inner.BaseAddress);

    private static bool HasMeaningfulPort(Transport transport) =>
        transport.HasPorts || transport == Transport.Icmp || transport == Transport.IcmpV6;

    private static ProfileEntry? CoverPeer(Profile profile, ProfileKey key) =>
        Usable(profile, key)
        ?? Usable(profile, key with { Port = new(key.Port.Transport, 0) })
        ?? Usable(profile, key with { Port = AnyPort });

    private static ProfileEntry? Usable(Profile profile, ProfileKey key) =>
        profile.Entries.TryGetValue(key, out var entry) && IsUsable(entry) ? entry : null;

    private static ProfileEntry? CoverRange(Profile profile, ProfileKey key, IPNetwork range) =>
        profile.Entries.Values
            .Where(entry => entry.Key.Direction == key.Direction && entry.Key.Peer.Kind == PeerKind.Range && IsUsable(entry)
                && IPNetwork.TryParse(entry.Key.Peer.Name, out var wider) && IsInside(range, wider)
                && CoverPeer(profile, key with { Peer = entry.Key.Peer }) is not null)
            .Select(entry => CoverPeer(profile, key with { Peer = entry.Key.Peer }))
            .MinBy(entry => entry!.Key);
}
