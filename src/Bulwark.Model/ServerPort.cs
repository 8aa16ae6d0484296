using System.Globalization;

namespace Bulwark.Model;

/// <summary>
/// The server side's port and its transport, written <c>5432/tcp</c>. For ICMP the port is the request's type (<c>8/icmp</c>);
/// for a protocol without ports it is 0, written as the protocol alone (<c>gre</c>).
/// </summary>
public readonly record struct ServerPort(Transport Transport, ushort Port) : IComparable<ServerPort>
{
    public override string ToString() =>
        Port == 0 ? Transport.ToString() : string.Create(CultureInfo.InvariantCulture, $"{Port}/{Transport}");

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ServerPort port)
    {
        port = default;
        var slash = text.IndexOf('/');
        ushort number = 0;
        if (slash >= 0 && !ushort.TryParse(text[..slash], NumberStyles.None, CultureInfo.InvariantCulture, out number))
            return false;
        if (!Transport.TryParse(text[(slash + 1)..], out var transport))
            return false;
        port = new(transport, number);
        return true;
    }

    public int CompareTo(ServerPort other) =>
        Transport != other.Transport ? Transport.CompareTo(other.Transport) : Port.CompareTo(other.Port);

    public static bool operator <(ServerPort left, ServerPort right) => left.CompareTo(right) < 0;
    public static bool operator >(ServerPort left, ServerPort right) => left.CompareTo(right) > 0;
    public static bool operator <=(ServerPort left, ServerPort right) => left.CompareTo(right) <= 0;
    public static bool operator >=(ServerPort left, ServerPort right) => left.CompareTo(right) >= 0;
}
