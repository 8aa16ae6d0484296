using System.Globalization;
using System.Text.Json;
using Bulwark.Images.Advisories;
using Bulwark.Images.Packages;
using Bulwark.Images.Running;
using Bulwark.Images.Scanning;

namespace Bulwark.Images.Reports;

/// <summary>A scan as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json): packages and, if wanted, their vulnerabilities.</summary>
public static class CycloneDxReport
{
    private const string ImageReference = "image";

    public static string Write(ScanResult result, string toolVersion, bool withVulnerabilities) => ReportText.Write(json =>
    {
        var items = BillOfMaterials.Of(result);
        json.WriteStartObject();
        json.WriteString("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
        json.WriteString("bomFormat", "CycloneDX");
        json.WriteString("specVersion", "1.6");
        json.WriteString("serialNumber", $"urn:uuid:{ReportText.IdOf(result)}");
        json.WriteNumber("version", 1);
        Metadata(json, result, toolVersion);
        json.WriteStartArray("components");
        if (result.Distribution is { } distribution)
            System(json, distribution);
        foreach (var (installed, purl, reference) in items)
            Component(json, installed, purl, reference);
        json.WriteEndArray();
        json.WriteStartArray("dependencies");
        json.WriteStartObject();
        json.WriteString("ref", ImageReference);
        json.WriteStartArray("dependsOn");
        foreach (var (_, _, reference) in items)
            json.WriteStringValue(reference);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        if (withVulnerabilities)
            Vulnerabilities(json, result, items.ToDictionary(item => item.Installed, item => item.Reference));
        json.WriteEndObject();
    });

    private static void Metadata(Utf8JsonWriter json, ScanResult result, string toolVersion)
    {
        json.WriteStartObject("metadata");
        json.WriteString("timestamp", result.ScannedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteStartObject("tools");
        json.WriteStartArray("components");
        json.WriteStartObject();
        json.WriteString("type", "application");
        json.WriteString("name", ReportText.Tool);
        json.WriteString("version", toolVersion);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartObject("component");
        json.WriteString("type", "container");
        json.WriteString("bom-ref", ImageReference);
        json.WriteString("name", result.Name);
        json.Property("version", result.Id);
        json.WriteEndObject();
        json.WriteStartArray("properties");
        foreach (var doubt in result.CannotTell)
            Property(json, "bulwark:cannotTell", ReportText.Message(doubt));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void System(Utf8JsonWriter json, Distribution distribution)
    {
        json.WriteStartObject();
        json.WriteString("type", "operating-system");
        json.WriteString("bom-ref", "system");
        json.WriteString("name", distribution.Id);
        json.Property("version", distribution.VersionId);
        json.WriteString("description", distribution.Name);
        json.WriteEndObject();
    }

    private static void Component(Utf8JsonWriter json, InstalledPackage installed, string purl, string reference)
    {
        var package = installed.Package;
        json.WriteStartObject();
        json.WriteString("type", "library");
        json.WriteString("bom-ref", reference);
        if (package.Kind == PackageKind.Maven && package.Name.Split(':') is [var group, var artifact])
        {
            json.WriteString("group", group);
            json.WriteString("name", artifact);
        }
        else
            json.WriteString("name", package.Name);
        json.WriteString("version", package.Version);
        json.WriteString("purl", purl);
        json.WriteStartArray("properties");
        Property(json, "bulwark:path", installed.Path);
        Property(json, "bulwark:layer", installed.Layer.ToString(CultureInfo.InvariantCulture));
        if (package.Source != package.Name || package.SourceVersion != package.Version)
            Property(json, "bulwark:source", $"{package.Source} {package.SourceVersion}");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Vulnerabilities(Utf8JsonWriter json, ScanResult result, Dictionary<InstalledPackage, string> references)
    {
        json.WriteStartArray("vulnerabilities");
        foreach (var group in result.Findings.Where(finding => finding.Vulnerability is not null)
            .GroupBy(finding => (finding.Id, finding.Vulnerability!.Package.Package.Source, finding.Vulnerability.FixedVersion, finding.Suppression)))
        {
            var first = group.First();
            var vulnerability = first.Vulnerability!;
            json.WriteStartObject();
            json.WriteString("id", first.Id);
            json.WriteStartObject("source");
            json.WriteString("name", vulnerability.Source);
            json.WriteEndObject();
            json.WriteStartArray("ratings");
            json.WriteStartObject();
            if (vulnerability.ScoreTenths > 0)
            {
                json.WriteNumber("score", vulnerability.ScoreTenths / 10m);
                json.WriteString("method", "CVSSv31");
            }
            json.WriteString("severity", first.Severity switch
            {
                Severity.Unknown => "unknown",
                Severity.Negligible => "info",
                var severity => severity.ToString().ToLowerInvariant(),
            });
            json.WriteEndObject();
            json.WriteEndArray();
            json.Property("description", first.Title);
            json.Property("recommendation", first.Fix);
            if (first.Suppression is { } suppression)
            {
                json.WriteStartObject("analysis");
                json.WriteStartArray("response");
                json.WriteStringValue("will_not_fix");
                json.WriteEndArray();
                json.WriteString("detail", suppression.Until is { } until ? $"{suppression.Reason} (until {until:yyyy-MM-dd})" : suppression.Reason);
                json.WriteEndObject();
            }
            json.WriteStartArray("affects");
            foreach (var reference in group.Select(finding => references[finding.Vulnerability!.Package]).Distinct())
            {
                json.WriteStartObject();
                json.WriteString("ref", reference);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("properties");
            Property(json, "bulwark:state", JsonNamingPolicy.CamelCase.ConvertName(vulnerability.State.ToString()));
            if (group.Max(finding => finding.Vulnerability!.Use).Word() is { Length: > 0 } used)
                Property(json, "bulwark:inUse", used);
            if (vulnerability.FixedVersion.Length > 0)
                Property(json, "bulwark:fixedVersion", vulnerability.FixedVersion);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Property(Utf8JsonWriter json, string name, string value)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("value", value);
        json.WriteEndObject();
    }
}
