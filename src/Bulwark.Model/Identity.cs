using System.Globalization;

namespace Bulwark.Model;

/// <summary>
/// A peer's stable 32-bit number: what the kernel's policy is keyed by, never an address. The ranges are shared with
/// <c>bpf/include/identity.h</c>.
/// </summary>
public readonly record struct Identity(uint Value) : IComparable<Identity>
{
    /// <summary>Wildcard in a policy entry: any peer. Never the identity of a peer.</summary>
    public static readonly Identity Any = new(0);

    /// <summary>The container host itself, by any of its addresses.</summary>
    public static readonly Identity Host = new(1);

    /// <summary>Every address outside that has no identity of its own. Includes names and ranges when it is allowed.</summary>
    public static readonly Identity World = new(2);

    /// <summary>Multicast and broadcast destinations.</summary>
    public static readonly Identity Multicast = new(3);

    /// <summary>First identity of a workload.</summary>
    public const uint FirstWorkload = 0x0000_0100;

    /// <summary>First identity of a service outside known by its host name. The kernel gives these out itself.</summary>
    public const uint FirstName = 0x4000_0000;

    /// <summary>
    /// First of the names that the server gives out: far above what the kernel counts up to, so that both need not ask each other.
    /// </summary>
    public const uint FirstOwnName = FirstName + 0x2000_0000;

    /// <summary>First identity of a service outside known by an address or a range.</summary>
    public const uint FirstRange = 0x8000_0000;

    public bool IsWorkload => Value is >= FirstWorkload and < FirstName;
    public bool IsName => Value is >= FirstName and < FirstRange;
    public bool IsRange => Value >= FirstRange;

    /// <summary>Whether it is a service outside, for which an entry for <see cref="World"/> counts too.</summary>
    public bool IsOutside => Value >= FirstName || this == World;

    public int CompareTo(Identity other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    public static bool operator <(Identity left, Identity right) => left.CompareTo(right) < 0;
    public static bool operator >(Identity left, Identity right) => left.CompareTo(right) > 0;
    public static bool operator <=(Identity left, Identity right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Identity left, Identity right) => left.CompareTo(right) >= 0;
}
