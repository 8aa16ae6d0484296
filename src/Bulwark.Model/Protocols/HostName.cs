namespace Bulwark.Model.Protocols;

/// <summary>
/// Host names as RFC 1123 section 2.1 has them, plus the underscore that real ones use: letters, digits, hyphens in labels of
/// 1-63, at most 253 in all.
/// </summary>
public static class HostName
{
    /// <summary>Longest name without its final dot.</summary>
    public const int MaximumLength = 253;

    /// <summary>The name in lower case and without a final dot; null when it is none, or is an IPv4 address.</summary>
    public static string? Normalise(ReadOnlySpan<byte> name)
    {
        if (name.EndsWith("."u8))
            name = name[..^1];
        if (name.IsEmpty || name.Length > MaximumLength || !IsValid(name))
            return null;
        return string.Create(name.Length, name, static (text, bytes) =>
        {
            for (var i = 0; i < text.Length; i++)
                text[i] = char.ToLowerInvariant((char)bytes[i]);
        });
    }

    private static bool IsValid(ReadOnlySpan<byte> name)
    {
        while (true)
        {
            var dot = name.IndexOf((byte)'.');
            var label = dot < 0 ? name : name[..dot];
            if (!IsLabel(label))
                return false;
            if (dot < 0)
                return label.ContainsAnyExceptInRange((byte)'0', (byte)'9');
            name = name[(dot + 1)..];
        }
    }

    private static bool IsLabel(ReadOnlySpan<byte> label)
    {
        if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-')
            return false;
        foreach (var b in label)
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && b != '-' && b != '_')
                return false;
        }
        return true;
    }
}
