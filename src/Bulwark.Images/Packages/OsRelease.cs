using System.Text;

namespace Bulwark.Images.Packages;

/// <summary>Reads os-release(5): shell-like assignments, quoted or not.</summary>
public static class OsRelease
{
    /// <summary>Where it may lie, the first one first.</summary>
    public static readonly string[] Paths = ["etc/os-release", "usr/lib/os-release"];

    /// <summary>The assignments; a line that is none is passed over, as shells do with comments.</summary>
    public static IReadOnlyDictionary<string, string> Parse(ReadOnlySpan<byte> text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var raw in Encoding.UTF8.GetString(text).Split('\n'))
        {
            var line = raw.Trim();
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && line[0] != '#')
                values[line[..equals].TrimEnd()] = Unquote(line[(equals + 1)..].TrimStart());
        }
        return values;
    }

    /// <summary>The distribution, or null when it does not say which.</summary>
    public static Distribution? Read(ReadOnlySpan<byte> text)
    {
        var values = Parse(text);
        var id = values.GetValueOrDefault("ID", "").ToLowerInvariant();
        if (id.Length == 0)
            return null;
        var name = values.GetValueOrDefault("PRETTY_NAME", "");
        return new(id, values.GetValueOrDefault("VERSION_ID", ""), values.GetValueOrDefault("VERSION_CODENAME", ""), name.Length > 0 ? name : id);
    }

    private static string Unquote(string value)
    {
        if (value.Length < 2 || value[0] is not ('"' or '\'') || value[^1] != value[0])
            return value;
        var inner = value[1..^1];
        if (value[0] == '\'' || !inner.Contains('\\', StringComparison.Ordinal))
            return inner;
        var plain = new StringBuilder(inner.Length);
        for (var at = 0; at < inner.Length; at++)
        {
            if (inner[at] == '\\' && at + 1 < inner.Length)
                at++;
            plain.Append(inner[at]);
        }
        return plain.ToString();
    }
}
