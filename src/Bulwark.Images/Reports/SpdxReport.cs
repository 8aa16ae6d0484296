using System.Globalization;
using System.Text.Json;
using Bulwark.Images.Scanning;

namespace Bulwark.Images.Reports;

/// <summary>The packages of a scan as SPDX 2.3 (https://spdx.github.io/spdx-spec/v2.3). Licences are not looked into, and it says so.</summary>
public static class SpdxReport
{
    private const string Nothing = "NOASSERTION";
    private const string Document = "SPDXRef-DOCUMENT";
    private const string Image = "SPDXRef-Image";

    public static string Write(ScanResult result, string toolVersion) => ReportText.Write(json =>
    {
        var items = BillOfMaterials.Of(result);
        json.WriteStartObject();
        json.WriteString("spdxVersion", "SPDX-2.3");
        json.WriteString("dataLicense", "CC0-1.0");
        json.WriteString("SPDXID", Document);
        json.WriteString("name", Name(result.Name));
        json.WriteString("documentNamespace", $"https://spdx.org/spdxdocs/bulwark-{ReportText.IdOf(result)}");
        json.WriteStartObject("creationInfo");
        json.WriteString("created", result.ScannedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteStartArray("creators");
        json.WriteStringValue($"Tool: {ReportText.Tool}-{toolVersion}");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartArray("packages");
        Package(json, Image, result.Name, result.Id, null, "CONTAINER");
        for (var index = 0; index < items.Count; index++)
        {
            var package = items[index].Installed.Package;
            Package(json, Reference(index), package.Name, package.Version, items[index].Purl, "LIBRARY");
        }
        json.WriteEndArray();
        json.WriteStartArray("relationships");
        Relationship(json, Document, "DESCRIBES", Image);
        for (var index = 0; index < items.Count; index++)
            Relationship(json, Image, "CONTAINS", Reference(index));
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static string Name(string text) => Line(text) is { Length: > 0 } line ? line : Nothing;

    // Names and versions are single lines.
    private static string Line(string text) =>
        new string([.. text.Select(character => char.IsControl(character) || character is '\u2028' or '\u2029' ? ' ' : character)]).Trim();

    private static string Reference(int index) => string.Create(CultureInfo.InvariantCulture, $"SPDXRef-Package-{index + 1}");

    private static void Package(Utf8JsonWriter json, string reference, string name, string version, string? purl, string purpose)
    {
        json.WriteStartObject();
        json.WriteString("SPDXID", reference);
        json.WriteString("name", Name(name));
        json.Property("versionInfo", Line(version));
        json.WriteString("downloadLocation", Nothing);
        json.WriteBoolean("filesAnalyzed", false);
        json.WriteString("licenseConcluded", Nothing);
        json.WriteString("licenseDeclared", Nothing);
        json.WriteString("copyrightText", Nothing);
        json.WriteString("primaryPackagePurpose", purpose);
        if (purl is not null)
        {
            json.WriteStartArray("externalRefs");
            json.WriteStartObject();
            json.WriteString("referenceCategory", "PACKAGE-MANAGER");
            json.WriteString("referenceType", "purl");
            json.WriteString("referenceLocator", purl);
            json.WriteEndObject();
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void Relationship(Utf8JsonWriter json, string from, string type, string to)
    {
        json.WriteStartObject();
        json.WriteString("spdxElementId", from);
        json.WriteString("relationshipType", type);
        json.WriteString("relatedSpdxElement", to);
        json.WriteEndObject();
    }
}
