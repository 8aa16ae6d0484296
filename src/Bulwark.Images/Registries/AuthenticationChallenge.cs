namespace Bulwark.Images.Registries;

/// <summary>
/// One way in that a registry offers in <c>WWW-Authenticate</c> (RFC 9110, 11.6.1; the parameters of <c>Bearer</c> are those of the
/// distribution project's "Token authentication specification").
/// </summary>
internal sealed record AuthenticationChallenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    private const int MostParameters = 32;

    public bool IsBearer => Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase);

    public bool IsBasic => Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase);

    public string Parameter(string name) => Parameters.GetValueOrDefault(name, "");

    /// <summary>Reads one header's value: a scheme, and parameters quoted or not. Null for what is none.</summary>
    public static AuthenticationChallenge? Parse(string scheme, string? parameters)
    {
        if (scheme.Length == 0)
            return null;
        var found = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var rest = (parameters ?? "").AsSpan().Trim();
        while (!rest.IsEmpty && found.Count < MostParameters)
        {
            var equals = rest.IndexOf('=');
            if (equals <= 0)
                break;
            var name = rest[..equals].Trim().ToString();
            rest = rest[(equals + 1)..].TrimStart();
            var value = rest is ['"', ..] ? Quoted(ref rest) : Word(ref rest);
            if (value is null)
                return null;
            found.TryAdd(name, value);
            rest = rest.TrimStart().TrimStart(',').TrimStart();
        }
        return new(scheme, found);
    }

    private static string? Quoted(ref ReadOnlySpan<char> rest)
    {
        var value = new System.Text.StringBuilder();
        for (var at = 1; at < rest.Length; at++)
        {
            if (rest[at] == '"')
            {
                rest = rest[(at + 1)..];
                return value.ToString();
            }
            if (rest[at] == '\\' && ++at == rest.Length)
                break;
            value.Append(rest[at]);
        }
        return null;
    }

    private static string Word(ref ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOf(',') is var comma and >= 0 ? comma : rest.Length;
        var value = rest[..end].Trim().ToString();
        rest = rest[end..];
        return value;
    }
}
