using System.Globalization;

namespace Bulwark.Model;

/// <summary>A transport protocol: an IP protocol number (IANA "Assigned Internet Protocol Numbers"), 0-255.</summary>
public readonly record struct Transport(byte Number) : IComparable<Transport>
{
    public static readonly Transport Icmp = new(1);
    public static readonly Transport Tcp = new(6);
    public static readonly Transport Udp = new(17);
    public static readonly Transport Gre = new(47);
    public static readonly Transport IcmpV6 = new(58);
    public static readonly Transport Sctp = new(132);

    /// <summary>Whether its conversations have a server port. ICMP's "port" is the type of the request (8 or 128 for echo).</summary>
    public bool HasPorts => this == Tcp || this == Udp || this == Sctp;

    /// <summary>The lower-case name, or <c>ip-N</c> for a protocol without one.</summary>
    public override string ToString() => Number switch
    {
        1 => "icmp",
        6 => "tcp",
        17 => "udp",
        47 => "gre",
        58 => "icmpv6",
        132 => "sctp",
        _ => string.Create(CultureInfo.InvariantCulture, $"ip-{Number}"),
    };

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Transport transport)
    {
        transport = text switch
        {
            "icmp" => Icmp,
            "tcp" => Tcp,
            "udp" => Udp,
            "gre" => Gre,
            "icmpv6" => IcmpV6,
            "sctp" => Sctp,
            _ => default,
        };
        if (transport != default)
            return true;
        if (!text.StartsWith("ip-", StringComparison.Ordinal)
            || !byte.TryParse(text[3..], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;
        transport = new(number);
        return true;
    }

    public int CompareTo(Transport other) => Number.CompareTo(other.Number);

    public static bool operator <(Transport left, Transport right) => left.CompareTo(right) < 0;
    public static bool operator >(Transport left, Transport right) => left.CompareTo(right) > 0;
    public static bool operator <=(Transport left, Transport right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Transport left, Transport right) => left.CompareTo(right) >= 0;
}
