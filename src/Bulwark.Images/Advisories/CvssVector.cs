namespace Bulwark.Images.Advisories;

/// <summary>Scores of CVSS vectors: base scores of 3.0 and 3.1 (https://www.first.org/cvss/v3.1/specification-document, section 7.1), and 4.0.</summary>
public static class CvssVector
{
    /// <summary>The score in tenths, or null for another version or what is no vector.</summary>
    public static byte? ScoreTenths(string vector)
    {
        var parts = vector.Split('/');
        if (parts[0] == "CVSS:4.0")
            return Cvss4.ScoreTenths(vector);
        if (parts[0] is not ("CVSS:3.0" or "CVSS:3.1"))
            return null;
        var metrics = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in parts.Skip(1))
        {
            if (part.Split(':') is not [var name, var value] || !metrics.TryAdd(name, value))
                return null;
        }
        var changed = metrics.GetValueOrDefault("S") == "C";
        double? Weight(string name, params ReadOnlySpan<(string Value, double Weight)> weights)
        {
            foreach (var (value, weight) in weights)
            {
                if (metrics.GetValueOrDefault(name) == value)
                    return weight;
            }
            return null;
        }
        double? Impact(string name) => Weight(name, ("H", 0.56), ("L", 0.22), ("N", 0));
        if (Weight("AV", ("N", 0.85), ("A", 0.62), ("L", 0.55), ("P", 0.2)) is not { } attackVector
            || Weight("AC", ("L", 0.77), ("H", 0.44)) is not { } complexity
            || Weight("PR", ("N", 0.85), ("L", changed ? 0.68 : 0.62), ("H", changed ? 0.5 : 0.27)) is not { } privileges
            || Weight("UI", ("N", 0.85), ("R", 0.62)) is not { } interaction
            || Weight("S", ("U", 0), ("C", 0)) is null
            || Impact("C") is not { } confidentiality || Impact("I") is not { } integrity || Impact("A") is not { } availability)
            return null;
        var sub = 1 - (1 - confidentiality) * (1 - integrity) * (1 - availability);
        var impact = changed ? 7.52 * (sub - 0.029) - 3.25 * Math.Pow(sub - 0.02, 15) : 6.42 * sub;
        if (impact <= 0)
            return 0;
        var exploitability = 8.22 * attackVector * complexity * privileges * interaction;
        return RoundUp(Math.Min((changed ? 1.08 : 1) * (impact + exploitability), 10));
    }

    /// <summary>The word for a score (section 5).</summary>
    public static Severity Rate(byte scoreTenths) => scoreTenths switch
    {
        0 => Severity.Negligible,
        < 40 => Severity.Low,
        < 70 => Severity.Medium,
        < 90 => Severity.High,
        _ => Severity.Critical,
    };

    // Appendix A: whole numbers, so that 4.02 does not become 4.1 on some machines.
    private static byte RoundUp(double score)
    {
        var value = (int)Math.Round(score * 100_000);
        return (byte)(value % 10_000 == 0 ? value / 10_000 : value / 10_000 + 1);
    }
}
