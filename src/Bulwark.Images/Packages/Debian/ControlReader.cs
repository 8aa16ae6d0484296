using System.Text;

namespace Bulwark.Images.Packages.Debian;

/// <summary>Reads stanzas of Debian control files (deb822(5)), keeping only the fields that are asked for.</summary>
internal ref struct ControlReader(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text;

    /// <summary>
    /// Reads the next stanza's fields into <paramref name="fields"/> by lower-case name. False at the end. Lines that continue a field
    /// are left out: no field that matters here has any.
    /// </summary>
    public bool Next(Dictionary<string, string> fields, Func<string, bool> wanted)
    {
        fields.Clear();
        var any = false;
        while (!_rest.IsEmpty)
        {
            var line = Line();
            if (line.TrimEnd((byte)'\r').IsEmpty)
            {
                if (any)
                    return true;
                continue;
            }
            any = true;
            var colon = line.IndexOf((byte)':');
            if (colon < 1 || line[0] is (byte)' ' or (byte)'\t' or (byte)'#')
                continue;
            var name = Encoding.UTF8.GetString(line[..colon]).ToLowerInvariant();
            if (wanted(name))
                fields[name] = Encoding.UTF8.GetString(line[(colon + 1)..]).Trim();
        }
        return any;
    }

    private ReadOnlySpan<byte> Line()
    {
        var end = _rest.IndexOf((byte)'\n');
        var line = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? [] : _rest[(end + 1)..];
        return line;
    }
}
