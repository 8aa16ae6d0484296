using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Bulwark.Kernel.Layout;

/// <summary><c>struct address</c>: an IPv6 address, or an IPv4 address mapped into IPv6 (RFC 4291 2.5.5.2). Network byte order.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct MappedAddress : IEquatable<MappedAddress>
{
    private ulong _high;
    private ulong _low;

    public static MappedAddress From(IPAddress address)
    {
        MappedAddress mapped = default;
        var mappable = address.AddressFamily == AddressFamily.InterNetwork ? address.MapToIPv6() : address;
        if (!mappable.TryWriteBytes(MemoryMarshal.AsBytes(new Span<MappedAddress>(ref mapped)), out _))
            throw new ArgumentException($"{address} is no IP address.", nameof(address));
        return mapped;
    }

    /// <summary>The address as .NET has it; an IPv4 address as IPv4.</summary>
    public readonly IPAddress ToAddress()
    {
        var address = new IPAddress(MemoryMarshal.AsBytes(new ReadOnlySpan<MappedAddress>(in this)));
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    public readonly bool Equals(MappedAddress other) => _high == other._high && _low == other._low;
    public override readonly bool Equals(object? obj) => obj is MappedAddress other && Equals(other);
    public override readonly int GetHashCode() => HashCode.Combine(_high, _low);
    public override readonly string ToString() => ToAddress().ToString();

    public static bool operator ==(MappedAddress left, MappedAddress right) => left.Equals(right);
    public static bool operator !=(MappedAddress left, MappedAddress right) => !left.Equals(right);
}
