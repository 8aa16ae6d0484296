namespace Bulwark.Images.Advisories;

/// <summary>
/// Scores of CVSS 4.0 vectors (https://www.first.org/cvss/v4.0/specification-document, section 8): a vector falls into one of 270 groups, whose
/// score is a matter of judgement and stands in a table; from it something is taken off for how far the vector is from the worst of its group.
/// </summary>
internal static class Cvss4
{
    private const string Prefix = "CVSS:4.0";
    private const string Unset = "X";

    // What each metric may be, the worst first. The distance of two values is that of their places.
    private static readonly Dictionary<string, string> s_base = new(StringComparer.Ordinal)
    {
        ["AV"] = "NALP",
        ["AC"] = "LH",
        ["AT"] = "NP",
        ["PR"] = "NLH",
        ["UI"] = "NPA",
        ["VC"] = "HLN",
        ["VI"] = "HLN",
        ["VA"] = "HLN",
        // The safety of people ('S') is reached by changed metrics only, and never by SC.
        ["SC"] = "SHLN",
        ["SI"] = "SHLN",
        ["SA"] = "SHLN",
    };

    private static readonly Dictionary<string, string> s_others = new(StringComparer.Ordinal)
    {
        ["E"] = "APU",
        ["CR"] = "HML",
        ["IR"] = "HML",
        ["AR"] = "HML",
    };

    // These say something to people and change no score.
    private static readonly Dictionary<string, string[]> s_supplements = new(StringComparer.Ordinal)
    {
        ["S"] = ["N", "P"],
        ["AU"] = ["N", "Y"],
        ["R"] = ["A", "U", "I"],
        ["V"] = ["D", "C"],
        ["RE"] = ["L", "M", "H"],
        ["U"] = ["Clear", "Green", "Amber", "Red"],
    };

    // The worst vectors of each group, by the places of their values; and how far one can be from them without leaving it.
    private static readonly Level[] s_attack =
    [
        new(1, [("AV", 0), ("PR", 0), ("UI", 0)]),
        new(4, [("AV", 1), ("PR", 0), ("UI", 0)], [("AV", 0), ("PR", 1), ("UI", 0)], [("AV", 0), ("PR", 0), ("UI", 1)]),
        new(5, [("AV", 3), ("PR", 0), ("UI", 0)], [("AV", 1), ("PR", 1), ("UI", 1)]),
    ];

    private static readonly Level[] s_complexity = [new(1, [("AC", 0), ("AT", 0)]), new(2, [("AC", 1), ("AT", 0)], [("AC", 0), ("AT", 1)])];

    // By impact on the system itself, then by what is asked of it.
    private static readonly Level?[,] s_impact =
    {
        { new(7, Impact(0, 0, 0, 0, 0, 0)), new(6, Impact(0, 0, 1, 1, 1, 0), Impact(0, 0, 0, 1, 1, 1)) },
        {
            new(8, Impact(1, 0, 0, 0, 0, 0), Impact(0, 1, 0, 0, 0, 0)),
            new(8, Impact(1, 0, 1, 0, 1, 0), Impact(1, 0, 0, 0, 1, 1), Impact(0, 1, 0, 1, 0, 1), Impact(0, 1, 1, 1, 0, 0), Impact(1, 1, 0, 0, 0, 1))
        },
        { null, new(10, Impact(1, 1, 1, 0, 0, 0)) },
    };

    private static readonly Level[] s_beyond =
    [
        new(6, [("SC", 1), ("SI", 0), ("SA", 0)]), new(5, [("SC", 1), ("SI", 1), ("SA", 1)]), new(4, [("SC", 2), ("SI", 2), ("SA", 2)]),
    ];

    // Scores in tenths, by the six levels one after the other; 0 where there is no such group.
    private static readonly byte[] s_scores =
    [
        100, 99, 98, 95, 95, 92, 100, 96, 93, 87, 91, 81, 93, 90, 89, 80, 81, 68,
        98, 95, 95, 92, 90, 84, 93, 92, 89, 81, 81, 65, 88, 80, 78, 70, 69, 48,
        0, 92, 0, 82, 0, 72, 0, 79, 0, 69, 0, 50, 0, 69, 0, 55, 0, 27,
        99, 97, 95, 92, 92, 85, 95, 91, 90, 83, 84, 71, 92, 81, 82, 71, 72, 53,
        95, 93, 92, 85, 85, 73, 92, 82, 80, 72, 70, 59, 84, 70, 71, 52, 50, 30,
        0, 86, 0, 75, 0, 52, 0, 71, 0, 52, 0, 29, 0, 63, 0, 29, 0, 17,
        98, 95, 94, 87, 91, 81, 94, 89, 86, 74, 77, 64, 87, 75, 74, 63, 63, 49,
        94, 89, 88, 77, 76, 67, 86, 76, 74, 58, 59, 50, 72, 57, 57, 52, 52, 25,
        0, 83, 0, 70, 0, 54, 0, 65, 0, 58, 0, 26, 0, 53, 0, 21, 0, 13,
        95, 90, 88, 76, 76, 70, 90, 77, 75, 62, 61, 53, 77, 66, 68, 59, 52, 30,
        89, 78, 76, 67, 62, 58, 74, 59, 57, 57, 47, 23, 61, 52, 57, 29, 24, 16,
        0, 71, 0, 59, 0, 30, 0, 58, 0, 26, 0, 15, 0, 23, 0, 13, 0, 6,
        93, 87, 86, 72, 75, 58, 86, 74, 74, 61, 56, 34, 70, 54, 52, 40, 40, 22,
        85, 75, 74, 55, 62, 51, 72, 57, 55, 41, 46, 19, 53, 36, 34, 19, 19, 8,
        0, 64, 0, 51, 0, 20, 0, 47, 0, 21, 0, 11, 0, 24, 0, 9, 0, 4,
        88, 75, 73, 53, 60, 50, 73, 55, 59, 40, 41, 20, 54, 43, 45, 22, 20, 11,
        75, 55, 58, 45, 40, 21, 61, 51, 48, 18, 20, 9, 46, 18, 17, 7, 8, 2,
        0, 53, 0, 24, 0, 14, 0, 24, 0, 12, 0, 5, 0, 10, 0, 3, 0, 1,
    ];

    /// <summary>The score in tenths, or null for what is no such vector.</summary>
    public static byte? ScoreTenths(string vector)
    {
        if (Places(vector) is not { } at)
            return null;
        if (((string[])["VC", "VI", "VA", "SC", "SI", "SA"]).All(name => at[name] == s_base[name].Length - 1))
            return 0;
        var (attack, complexity, impact, beyond, exploit, asked) = Levels(at);
        var score = Score(attack, complexity, impact, beyond, exploit, asked)!.Value;
        var (taken, lower) = (0.0, 0);
        // How much there is to lose to the next group, times how much of the way there has been gone.
        void Take(int? next, double gone)
        {
            if (next is null)
                return;
            lower++;
            taken += (score - next.Value) * gone;
        }
        Take(Score(attack + 1, complexity, impact, beyond, exploit, asked), Gone(s_attack[attack], at));
        Take(Score(attack, complexity + 1, impact, beyond, exploit, asked), Gone(s_complexity[complexity], at));
        Take(NextImpact(attack, complexity, impact, beyond, exploit, asked), Gone(s_impact[impact, asked]!, at));
        Take(Score(attack, complexity, impact, beyond + 1, exploit, asked), Gone(s_beyond[beyond], at));
        Take(Score(attack, complexity, impact, beyond, exploit + 1, asked), 0);
        var left = lower == 0 ? score : score - taken / lower;
        // A hair more, so that what is 8.65 in decimals does not become 8.6.
        return (byte)Math.Clamp(Math.Floor(left + 0.5 + 1e-6), 0, 100);
    }

    private static int? NextImpact(int attack, int complexity, int impact, int beyond, int exploit, int asked) => (impact, asked) switch
    {
        (0, 0) => Math.Max(Score(attack, complexity, 0, beyond, exploit, 1) ?? 0, Score(attack, complexity, 1, beyond, exploit, 0) ?? 0),
        (1, 0) => Score(attack, complexity, 1, beyond, exploit, 1),
        _ => Score(attack, complexity, impact + 1, beyond, exploit, asked),
    };

    private static int? Score(int attack, int complexity, int impact, int beyond, int exploit, int asked)
    {
        if (attack > 2 || complexity > 1 || impact > 2 || beyond > 2 || exploit > 2)
            return null;
        var score = s_scores[((((attack * 2 + complexity) * 3 + impact) * 3 + beyond) * 3 + exploit) * 2 + asked];
        return score == 0 ? null : score;
    }

    // From the first of the worst that is nowhere better than the vector.
    private static double Gone(Level level, Dictionary<string, int> at)
    {
        var worst = Array.Find(level.Worst, candidate => candidate.All(metric => at[metric.Name] >= metric.Place)) ?? level.Worst[0];
        return worst.Sum(metric => at[metric.Name] - metric.Place) / (double)level.Depth;
    }

    private static (int Attack, int Complexity, int Impact, int Beyond, int Exploit, int Asked) Levels(Dictionary<string, int> at)
    {
        var (isFar, isOpen, isQuiet) = (at["AV"] == 0, at["PR"] == 0, at["UI"] == 0);
        var (safeSystem, safeOthers) = (at["SI"] == 0 || at["SA"] == 0, at["SC"] == 1 || at["SI"] == 1 || at["SA"] == 1);
        return (
            isFar && isOpen && isQuiet ? 0 : (isFar || isOpen || isQuiet) && at["AV"] != 3 ? 1 : 2,
            at["AC"] == 0 && at["AT"] == 0 ? 0 : 1,
            at["VC"] == 0 && at["VI"] == 0 ? 0 : at["VC"] == 0 || at["VI"] == 0 || at["VA"] == 0 ? 1 : 2,
            safeSystem ? 0 : safeOthers ? 1 : 2,
            at["E"],
            (at["CR"] == 0 && at["VC"] == 0) || (at["IR"] == 0 && at["VI"] == 0) || (at["AR"] == 0 && at["VA"] == 0) ? 0 : 1);
    }

    /// <summary>Each metric's place among its values, changed ones in the place of what they change; null for what is no vector.</summary>
    private static Dictionary<string, int>? Places(string vector)
    {
        var parts = vector.Split('/');
        if (parts[0] != Prefix)
            return null;
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in parts.Skip(1))
        {
            if (part.Split(':') is not [var name, { Length: > 0 } value] || !IsKnown(name, value) || !given.TryAdd(name, value))
                return null;
        }
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (name, values) in s_base)
        {
            if (!given.TryGetValue(name, out var value))
                return null;
            places[name] = values.IndexOf(given.GetValueOrDefault($"M{name}", Unset) is var changed && changed != Unset ? changed : value, StringComparison.Ordinal);
        }
        foreach (var (name, values) in s_others)
            places[name] = given.GetValueOrDefault(name, Unset) is var value && value != Unset ? values.IndexOf(value, StringComparison.Ordinal) : 0;
        return places;
    }

    private static bool IsKnown(string name, string value)
    {
        if (s_base.TryGetValue(name, out var values))
            return value.Length == 1 && value != "S" && values.Contains(value, StringComparison.Ordinal);
        if (value == Unset)
            return s_others.ContainsKey(name) || s_supplements.ContainsKey(name) || (name.StartsWith('M') && s_base.ContainsKey(name[1..]));
        return (value.Length == 1 && s_others.TryGetValue(name, out values) && values.Contains(value, StringComparison.Ordinal))
            || (s_supplements.TryGetValue(name, out var words) && words.Contains(value))
            || (value.Length == 1 && name.StartsWith('M') && s_base.TryGetValue(name[1..], out values) && values.Contains(value, StringComparison.Ordinal) && (value != "S" || name is "MSI" or "MSA"));
    }

    private static (string Name, int Place)[] Impact(int confidentiality, int integrity, int availability, int askedConfidentiality, int askedIntegrity, int askedAvailability) =>
    [
        ("VC", confidentiality), ("VI", integrity), ("VA", availability), ("CR", askedConfidentiality), ("IR", askedIntegrity), ("AR", askedAvailability),
    ];

    private sealed class Level(int depth, params (string Name, int Place)[][] worst)
    {
        public int Depth { get; } = depth;

        public (string Name, int Place)[][] Worst { get; } = worst;
    }
}
