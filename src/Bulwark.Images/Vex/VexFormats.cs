using System.Text.Json;
using Bulwark.Images.Packages.Projects;

namespace Bulwark.Images.Vex;

/// <summary>
/// Takes out of each form what says that a vulnerability does not matter. "Affected" and "under investigation" change nothing: that is what
/// a finding says anyway.
/// </summary>
internal static class VexFormats
{
    /// <summary>OpenVEX 0.2, and 0.0.1, in which names are plain texts. A later statement overrides an earlier one.</summary>
    public static IEnumerable<VexStatement> OpenVex(JsonElement root)
    {
        var latest = new Dictionary<string, VexStatement?>(StringComparer.Ordinal);
        var documentTime = root.Text("timestamp");
        foreach (var statement in root.Array("statements").OrderBy(item => Time(item.Text("timestamp"), documentTime)))
        {
            string[] names = statement.TryGetProperty("vulnerability", out var vulnerability) && vulnerability.ValueKind == JsonValueKind.Object
                ? [vulnerability.Text("name"), .. Texts(vulnerability, "aliases")]
                : [statement.Text("vulnerability")];
            if (names[0].Length == 0)
                continue;
            var counts = statement.Text("status") is "not_affected" or "fixed";
            foreach (var (product, component) in statement.Array("products").SelectMany(Products).Where(item => item.Product.Length > 0))
            {
                latest[$"{names[0]} {product} {component}"] = counts
                    ? new([.. names.Where(name => name.Length > 0)], product, component, Reason(statement.Text("status"), statement.Text("justification"), statement.Text("impact_statement")))
                    : null;
            }
        }
        return [.. latest.Values.OfType<VexStatement>()];
    }

    public static IEnumerable<VexStatement> Csaf(JsonElement root)
    {
        var products = new Dictionary<string, (string Product, string Component)>(StringComparer.Ordinal);
        if (root.TryGetProperty("product_tree", out var tree))
        {
            Walk(tree, products);
            foreach (var relation in tree.Array("relationships"))
            {
                if (relation.TryGetProperty("full_product_name", out var whole) && products.TryGetValue(relation.Text("product_reference"), out var component)
                    && products.TryGetValue(relation.Text("relates_to_product_reference"), out var product))
                    products.TryAdd(whole.Text("product_id"), (product.Product, component.Product));
            }
        }
        foreach (var vulnerability in root.Array("vulnerabilities"))
        {
            string[] names = [vulnerability.Text("cve"), .. vulnerability.Array("ids").Select(id => id.Text("text"))];
            var labels = vulnerability.Array("flags").SelectMany(flag => Texts(flag, "product_ids").Select(id => (id, Label: flag.Text("label"))))
                .DistinctBy(item => item.id).ToDictionary(item => item.id, item => item.Label, StringComparer.Ordinal);
            if (!vulnerability.TryGetProperty("product_status", out var status) || names.All(name => name.Length == 0))
                continue;
            foreach (var (list, word) in ((string, string)[])[("known_not_affected", "not_affected"), ("fixed", "fixed"), ("first_fixed", "fixed")])
            {
                foreach (var id in Texts(status, list))
                {
                    if (products.TryGetValue(id, out var about))
                        yield return new([.. names.Where(name => name.Length > 0)], about.Product, about.Component, Reason(word, labels.GetValueOrDefault(id, ""), ""));
                }
            }
        }
    }

    public static IEnumerable<VexStatement> CycloneDx(JsonElement root)
    {
        var urls = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var component in root.Array("components"))
            urls.TryAdd(component.Text("bom-ref"), component.Text("purl"));
        foreach (var vulnerability in root.Array("vulnerabilities"))
        {
            if (vulnerability.Text("id") is not { Length: > 0 } id || !vulnerability.TryGetProperty("analysis", out var analysis)
                || analysis.Text("state") is not ("not_affected" or "false_positive" or "resolved" or "resolved_with_pedigree"))
                continue;
            foreach (var product in vulnerability.Array("affects").Select(item => Product(item.Text("ref"), urls)).Where(url => url.Length > 0))
                yield return new([id], product, "", Reason(analysis.Text("state"), analysis.Text("justification"), analysis.Text("detail")));
        }
    }

    // "urn:cdx:SERIAL/1#REFERENCE" (a BOM-Link) names a component of another document.
    private static string Product(string reference, Dictionary<string, string> urls)
    {
        var name = reference.IndexOf('#', StringComparison.Ordinal) is var at and >= 0 && reference.StartsWith("urn:cdx:", StringComparison.Ordinal)
            ? Uri.UnescapeDataString(reference[(at + 1)..])
            : reference;
        return urls.TryGetValue(name, out var url) && url.Length > 0 ? url : name.StartsWith("pkg:", StringComparison.Ordinal) ? name : "";
    }

    private static IEnumerable<(string Product, string Component)> Products(JsonElement product)
    {
        var name = NameOf(product);
        var components = product.Array("subcomponents").Select(NameOf).Where(component => component.Length > 0).ToArray();
        return components.Length == 0 ? [(name, "")] : components.Select(component => (name, component));
    }

    private static string NameOf(JsonElement product) => product.ValueKind == JsonValueKind.String ? product.GetString()!
        : product.ValueKind == JsonValueKind.Object && product.TryGetProperty("identifiers", out var identifiers) && identifiers.Text("purl") is { Length: > 0 } url ? url
        : product.Text("@id");

    private static void Walk(JsonElement branch, Dictionary<string, (string Product, string Component)> products)
    {
        foreach (var inner in branch.Array("branches"))
        {
            if (inner.TryGetProperty("product", out var product))
                Add(product, products);
            Walk(inner, products);
        }
        foreach (var name in branch.Array("full_product_names"))
            Add(name, products);
    }

    private static void Add(JsonElement product, Dictionary<string, (string Product, string Component)> products)
    {
        if (product.TryGetProperty("product_identification_helper", out var helper) && helper.Text("purl") is { Length: > 0 } url)
            products.TryAdd(product.Text("product_id"), (url, ""));
    }

    private static IEnumerable<string> Texts(JsonElement element, string name) =>
        element.Array(name).Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!);

    private static string Reason(string status, string justification, string detail) =>
        string.Join(": ", ((string[])[status, justification, detail]).Where(text => text.Length > 0).Select(text => text.Replace('_', ' ')));

    private static DateTimeOffset Time(string own, string document) =>
        DateTimeOffset.TryParse(own.Length > 0 ? own : document, System.Globalization.CultureInfo.InvariantCulture, out var time) ? time : default;
}
