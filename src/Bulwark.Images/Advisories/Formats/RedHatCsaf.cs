using System.Text.Json;
using System.Text.RegularExpressions;

namespace Bulwark.Images.Advisories.Formats;

/// <summary>
/// Red Hat's CSAF documents (https://security.access.redhat.com/data/csaf/v2; CSAF 2.0, "VEX" profile): for each vulnerability the packages of
/// each product and what holds for them. Of the products only Red Hat Enterprise Linux itself is read, and not its extended support:
/// an image without a subscription gets no packages of that.
/// </summary>
internal static partial class RedHatCsaf
{
    public const string Source = "redhat";

    private const int LongestSummary = 200;

    /// <returns>When it was last changed.</returns>
    /// <exception cref="JsonException">It is no such JSON.</exception>
    public static DateTimeOffset? Read(ReadOnlyMemory<byte> json, Action<Advisory> add)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var about = Child(root, "document");
        var (platforms, packages) = (new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, RpmProduct>(StringComparer.Ordinal));
        var tree = Child(root, "product_tree");
        foreach (var branch in Items(tree, "branches"))
            Walk(branch, platforms, packages);
        var products = new Dictionary<string, (string Ecosystem, RpmProduct Package)>(StringComparer.Ordinal);
        foreach (var relation in Items(tree, "relationships"))
        {
            if (platforms.TryGetValue(Text(relation, "relates_to_product_reference"), out var ecosystem)
                && packages.TryGetValue(Text(relation, "product_reference"), out var package))
                products[Text(Child(relation, "full_product_name"), "product_id")] = (ecosystem, package);
        }
        var overall = Text(Child(about, "aggregate_severity"), "text");
        foreach (var vulnerability in Items(root, "vulnerabilities"))
            Read(vulnerability, overall, Text(about, "title"), products, add);
        return DateTimeOffset.TryParse(Text(Child(about, "tracking"), "current_release_date"), System.Globalization.CultureInfo.InvariantCulture, out var date) ? date : null;
    }

    private static void Read(
        JsonElement vulnerability, string overall, string title, Dictionary<string, (string Ecosystem, RpmProduct Package)> products, Action<Advisory> add)
    {
        if (Text(vulnerability, "cve") is not { Length: > 0 } cve)
            return;
        var remedies = Remedies(vulnerability);
        var severities = Items(vulnerability, "threats").Where(threat => Text(threat, "category") == "impact")
            .SelectMany(threat => Items(threat, "product_ids").Select(product => (Id: product.GetString() ?? "", Word: Text(threat, "details"))))
            .DistinctBy(item => item.Id).ToDictionary(item => item.Id, item => item.Word, StringComparer.Ordinal);
        var score = Items(vulnerability, "scores").Select(item => CvssVector.ScoreTenths(Text(Child(item, "cvss_v3"), "vectorString")) ?? (byte)0).DefaultIfEmpty().Max();
        var status = Child(vulnerability, "product_status");
        var fixes = new Dictionary<(string Ecosystem, string Name, string Version), Advisory>();
        var others = new Dictionary<(string Ecosystem, string Name), Advisory>();
        // A package may be listed for several parts of a release: what is repaired in one of them is repaired.
        foreach (var (list, state) in ((string, AdvisoryState)[])[("fixed", AdvisoryState.Fixed), ("known_affected", AdvisoryState.Affected),
            ("under_investigation", AdvisoryState.Undetermined), ("known_not_affected", AdvisoryState.NotAffected)])
        {
            foreach (var id in Items(status, list).Select(item => item.GetString() ?? ""))
            {
                if (!products.TryGetValue(id, out var product) || (state == AdvisoryState.Fixed && product.Package.Version.Length == 0))
                    continue;
                var advisory = new Advisory
                {
                    Ecosystem = product.Ecosystem,
                    Package = product.Package.Name,
                    Id = cve,
                    State = state == AdvisoryState.Affected ? remedies.GetValueOrDefault(id, state) : state,
                    Severity = Rated(severities.GetValueOrDefault(id, overall)),
                    ScoreTenths = score,
                    Ranges = state == AdvisoryState.NotAffected ? [] : [new("", state == AdvisoryState.Fixed ? product.Package.Version : "", "")],
                    Summary = title.Length > LongestSummary ? title[..LongestSummary] : title,
                    Source = Source,
                };
                // Each architecture says the same.
                if (state == AdvisoryState.Fixed)
                    fixes.TryAdd((advisory.Ecosystem, advisory.Package, product.Package.Version), advisory);
                else
                    others.TryAdd((advisory.Ecosystem, advisory.Package), advisory);
            }
        }
        foreach (var advisory in fixes.Values)
        {
            others.Remove((advisory.Ecosystem, advisory.Package));
            add(advisory);
        }
        foreach (var advisory in others.Values)
            add(advisory);
    }

    private static Dictionary<string, AdvisoryState> Remedies(JsonElement vulnerability)
    {
        var states = new Dictionary<string, AdvisoryState>(StringComparer.Ordinal);
        foreach (var remedy in Items(vulnerability, "remediations"))
        {
            AdvisoryState? state = Text(remedy, "category") switch
            {
                "no_fix_planned" => AdvisoryState.WontFix,
                "none_available" => AdvisoryState.Deferred,
                _ => null,
            };
            foreach (var product in state is null ? [] : Items(remedy, "product_ids"))
                states.TryAdd(product.GetString() ?? "", state!.Value);
        }
        return states;
    }

    private static void Walk(JsonElement branch, Dictionary<string, string> platforms, Dictionary<string, RpmProduct> packages)
    {
        var product = Child(branch, "product");
        var (id, identity) = (Text(product, "product_id"), Child(product, "product_identification_helper"));
        if (id.Length > 0 && EnterpriseLinux().Match(Text(identity, "cpe")) is { Success: true } match)
            platforms[id] = $"rhel:{match.Groups["major"].Value}";
        else if (id.Length > 0 && RpmProduct.Parse(Text(identity, "purl")) is { } package)
            packages[id] = package;
        foreach (var inner in Items(branch, "branches"))
            Walk(inner, platforms, packages);
    }

    private static Severity Rated(string word) => word switch
    {
        "Critical" => Severity.Critical,
        "Important" => Severity.High,
        "Moderate" => Severity.Medium,
        "Low" => Severity.Low,
        _ => Severity.Unknown,
    };

    private static JsonElement Child(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    private static string Text(JsonElement element, string name) => Child(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : "";

    private static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        Child(element, name) is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray() : Enumerable.Empty<JsonElement>();

    [GeneratedRegex(@"\Acpe:/[ao]:redhat:enterprise_linux:(?<major>[0-9]{1,3})(?:::[a-z_]*)?\z", RegexOptions.NonBacktracking)]
    private static partial Regex EnterpriseLinux();

    /// <summary>An rpm package as a package URL names it: <c>pkg:rpm/redhat/openssl@3.0.7-6.el9?arch=x86_64&amp;epoch=1</c>.</summary>
    private sealed record RpmProduct(string Name, string Version)
    {
        private const string Prefix = "pkg:rpm/redhat/";

        public static RpmProduct? Parse(string url)
        {
            if (!url.StartsWith(Prefix, StringComparison.Ordinal))
                return null;
            var (path, question) = url[Prefix.Length..].Split('?', 2) is [var before, var after] ? (before, after) : (url[Prefix.Length..], "");
            var (name, version) = path.Split('@', 2) is [var named, var versioned] ? (named, Uri.UnescapeDataString(versioned)) : (path, "");
            var epoch = question.Split('&').FirstOrDefault(item => item.StartsWith("epoch=", StringComparison.Ordinal))?["epoch=".Length..] ?? "";
            return name.Length == 0 ? null : new(Uri.UnescapeDataString(name), version.Length > 0 && epoch.Length > 0 && epoch != "0" ? $"{epoch}:{version}" : version);
        }
    }
}
