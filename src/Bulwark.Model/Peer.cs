using System.Net;

namespace Bulwark.Model;

/// <summary>What kind of thing a <see cref="Peer"/> is.</summary>
public enum PeerKind : byte
{
    Workload,

    /// <summary>A service outside, known by the host name that a container asked DNS for.</summary>
    Name,

    /// <summary>A service outside, known by its address or range only.</summary>
    Range,
    Host,
    World,
    Multicast,
}

/// <summary>
/// Anything a workload talks with. Its text form is what users type and what is stored: <c>shop/web</c> (a workload's name),
/// <c>name:db.example.com</c>, <c>range:203.0.113.5/32</c>, <c>host</c>, <c>world</c>, <c>multicast</c>.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">The workload's unique name, the host name (lower case, no trailing dot), or the CIDR; else empty.</param>
public readonly record struct Peer(PeerKind Kind, string Name) : IComparable<Peer>
{
    private const string NamePrefix = "name:";
    private const string RangePrefix = "range:";

    public static readonly Peer Host = new(PeerKind.Host, "");
    public static readonly Peer World = new(PeerKind.World, "");
    public static readonly Peer Multicast = new(PeerKind.Multicast, "");

    public static Peer Workload(string name) => new(PeerKind.Workload, name);

    public static Peer HostName(string name) => new(PeerKind.Name, name.TrimEnd('.').ToLowerInvariant());

    public static Peer Range(IPNetwork range) => new(PeerKind.Range, range.ToString());

    public static Peer Address(IPAddress address) =>
        Range(new IPNetwork(address, address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128));

    /// <summary>Whether it is neither a workload nor the host.</summary>
    public bool IsOutside => Kind is PeerKind.Name or PeerKind.Range or PeerKind.World;

    public override string ToString() => Kind switch
    {
        PeerKind.Workload => Name,
        PeerKind.Name => NamePrefix + Name,
        PeerKind.Range => RangePrefix + Name,
        PeerKind.Host => "host",
        PeerKind.World => "world",
        PeerKind.Multicast => "multicast",
        _ => throw new InvalidOperationException($"Unknown peer kind {Kind}."),
    };

    /// <summary>Reads what <see cref="ToString"/> writes; a bare address or range is a <see cref="PeerKind.Range"/>.</summary>
    public static bool TryParse(string text, out Peer peer)
    {
        peer = default;
        switch (text)
        {
            case "":
                return false;
            case "host":
                peer = Host;
                return true;
            case "world":
                peer = World;
                return true;
            case "multicast":
                peer = Multicast;
                return true;
        }
        if (text.StartsWith(NamePrefix, StringComparison.Ordinal))
        {
            peer = HostName(text[NamePrefix.Length..]);
            return peer.Name.Length > 0;
        }
        var rangeText = text.StartsWith(RangePrefix, StringComparison.Ordinal) ? text[RangePrefix.Length..] : text;
        if (IPNetwork.TryParse(rangeText, out var range))
            peer = Range(range);
        else if (IPAddress.TryParse(rangeText, out var address))
            peer = Address(address);
        else if (rangeText.Length == text.Length)
            peer = Workload(text);
        else
            return false;
        return true;
    }

    public int CompareTo(Peer other) =>
        Kind != other.Kind ? Kind.CompareTo(other.Kind) : string.CompareOrdinal(Name, other.Name);

    public static bool operator <(Peer left, Peer right) => left.CompareTo(right) < 0;
    public static bool operator >(Peer left, Peer right) => left.CompareTo(right) > 0;
    public static bool operator <=(Peer left, Peer right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Peer left, Peer right) => left.CompareTo(right) >= 0;
}
