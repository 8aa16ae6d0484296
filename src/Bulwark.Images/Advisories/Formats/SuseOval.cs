using System.Xml;

namespace Bulwark.Images.Advisories.Formats;

/// <summary>
/// SUSE's OVAL (https://www.suse.com/support/security/oval), of the flavour that also names what is not repaired yet (<c>-affected</c>): for
/// each vulnerability which products it is about, and tests of packages: older than a version (repaired), any version (affected), or none
/// (not affected). Of the products the server, its modules and Leap are read, and none that needs a contract for longer support.
/// </summary>
internal static class SuseOval
{
    /// <summary>The name of the document's first element.</summary>
    public const string Root = "oval_definitions";

    private const int LongestSummary = 200;

    // Criteria of real definitions are nested four deep.
    private const int DeepestCriteria = 32;

    private static readonly XmlReaderSettings s_settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreWhitespace = true, IgnoreComments = true };

    /// <param name="open">Opens the document from its beginning: its tests stand behind what refers to them, so that it is read twice.</param>
    /// <returns>When it was made.</returns>
    /// <exception cref="XmlException">It is no such XML.</exception>
    public static DateTimeOffset? Read(Func<Stream> open, Action<Advisory> add)
    {
        using var first = XmlReader.Create(open(), s_settings);
        var (tests, made) = OvalTests.Read(first);
        using var second = XmlReader.Create(open(), s_settings);
        while (second.Read())
        {
            if (second.NodeType != XmlNodeType.Element || second.LocalName != "definition" || second.GetAttribute("class") != "vulnerability")
                continue;
            using var definition = second.ReadSubtree();
            ReadDefinition(definition, tests, add);
        }
        return made;
    }

    private static void ReadDefinition(XmlReader definition, OvalTests tests, Action<Advisory> add)
    {
        var (id, summary, severity, score) = ("", "", Severity.Unknown, (byte)0);
        // The closest word for each package of each ecosystem; of repairs each version counts.
        var said = new Dictionary<(string Ecosystem, string Package), List<(AdvisoryState State, VersionRange Range)>>();
        definition.Read();
        while (!definition.EOF)
        {
            if (definition.NodeType != XmlNodeType.Element)
            {
                definition.Read();
                continue;
            }
            switch (definition.LocalName)
            {
                case "title":
                    id = definition.ReadElementContentAsString().Trim();
                    break;
                case "description":
                    summary = definition.ReadElementContentAsString().Trim();
                    break;
                case "severity":
                    severity = Rated(definition.ReadElementContentAsString());
                    break;
                case "cve":
                    // "7/CVSS:3.1/AV:L/…"
                    score = Math.Max(score, definition.GetAttribute("cvss3")?.Split('/', 2) is [_, var vector] ? CvssVector.ScoreTenths(vector) ?? 0 : (byte)0);
                    definition.Read();
                    break;
                case "criteria":
                    using (var criteria = definition.ReadSubtree())
                        Walk(OvalCriteria.Read(criteria, DeepestCriteria), [], tests, said);
                    definition.Skip();
                    break;
                default:
                    definition.Read();
                    break;
            }
        }
        if (!id.StartsWith("CVE-", StringComparison.Ordinal))
            return;
        foreach (var ((ecosystem, package), statements) in said)
        {
            // A package may be in several modules: what is repaired in one of them is repaired.
            var best = statements.Min(statement => RankOf(statement.State));
            foreach (var (state, range) in statements.Where(statement => RankOf(statement.State) == best).Distinct())
            {
                add(new()
                {
                    Ecosystem = ecosystem,
                    Package = package,
                    Id = id,
                    State = state,
                    Severity = severity,
                    ScoreTenths = score,
                    Ranges = state == AdvisoryState.NotAffected ? [] : [range],
                    Summary = summary.Length > LongestSummary ? summary[..LongestSummary] : summary,
                    Source = $"suse:{ecosystem}",
                });
            }
        }
    }

    private static void Walk(
        OvalCriteria criteria, IReadOnlyCollection<string> ecosystems, OvalTests tests,
        Dictionary<(string Ecosystem, string Package), List<(AdvisoryState State, VersionRange Range)>> said)
    {
        if (criteria.IsAnd && ProductsIn(criteria, tests) is { } products)
            ecosystems = products;
        foreach (var (reference, comment) in criteria.Tests)
        {
            if (ProductOf(reference, comment, tests) is not null || tests.Find(reference) is not var (package, state, range))
                continue;
            foreach (var ecosystem in ecosystems)
            {
                if (!said.TryGetValue((ecosystem, package), out var statements))
                    said[(ecosystem, package)] = statements = [];
                statements.Add((state, range));
            }
        }
        foreach (var inner in criteria.Inner)
            Walk(inner, ecosystems, tests, said);
    }

    // Of "one of these products, and one of these packages": the products. Null if none is named here.
    private static HashSet<string>? ProductsIn(OvalCriteria criteria, OvalTests tests)
    {
        HashSet<string>? found = null;
        foreach (var (reference, comment) in criteria.Tests.Concat(criteria.Inner.Where(inner => !inner.IsAnd).SelectMany(inner => inner.Tests)))
        {
            if (ProductOf(reference, comment, tests) is not { } product)
                continue;
            found ??= new(StringComparer.Ordinal);
            if (product.Length > 0)
                found.Add(product);
        }
        return found;
    }

    /// <summary>The ecosystem of a product that a test asks for; empty for one that is not ours, null if it asks for something else.</summary>
    private static string? ProductOf(string reference, string comment, OvalTests tests)
    {
        const string installed = " is installed";
        if (!tests.IsAboutRelease(reference) || !comment.EndsWith(installed, StringComparison.Ordinal))
            return null;
        var product = comment[..^installed.Length];
        // OSV names the same products with a colon after the vendor.
        var colon = product.StartsWith("SUSE ", StringComparison.Ordinal) ? 4 : product.StartsWith("openSUSE ", StringComparison.Ordinal) ? 8 : -1;
        return colon > 0 && OsvEcosystem.Of($"{product[..colon]}:{product[(colon + 1)..]}") is var (key, _) ? key : "";
    }

    private static int RankOf(AdvisoryState state) => state switch
    {
        AdvisoryState.Fixed => 0,
        AdvisoryState.Affected => 1,
        _ => 2,
    };

    private static Severity Rated(string word) => word.Trim().ToLowerInvariant() switch
    {
        "critical" => Severity.Critical,
        "important" => Severity.High,
        "moderate" => Severity.Medium,
        "low" => Severity.Low,
        _ => Severity.Unknown,
    };
}
