using System.Globalization;
using System.Text.Json;
using Bulwark.Images.Advisories;
using Bulwark.Images.Findings;
using Bulwark.Images.Scanning;

namespace Bulwark.Images.Reports;

/// <summary>
/// A scan as SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0), as code hosts show it. What the scan could not tell stands among
/// the notifications of the run.
/// </summary>
public static class SarifReport
{
    public static string Write(ScanResult result, string toolVersion) => ReportText.Write(json =>
    {
        var rules = result.Findings.Select(finding => finding.Id).Distinct().Order(StringComparer.Ordinal).ToList();
        json.WriteStartObject();
        json.WriteString("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
        json.WriteString("version", "2.1.0");
        json.WriteStartArray("runs");
        json.WriteStartObject();
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", ReportText.Tool);
        json.WriteString("version", toolVersion);
        json.WriteStartArray("rules");
        foreach (var rule in result.Findings.GroupBy(finding => finding.Id).OrderBy(group => group.Key, StringComparer.Ordinal))
            Rule(json, rule.Key, [.. rule]);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        Invocation(json, result);
        json.WriteStartArray("results");
        foreach (var finding in result.Findings)
            Result(json, finding, result, rules);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void Rule(Utf8JsonWriter json, string id, List<Finding> findings)
    {
        var worst = findings.MaxBy(finding => finding.Severity)!;
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteStartObject("shortDescription");
        json.WriteString("text", worst.Vulnerability is null || worst.Title.Length == 0 ? id : worst.Title);
        json.WriteEndObject();
        if (Link(id) is { } link)
            json.WriteString("helpUri", link);
        json.WriteStartObject("defaultConfiguration");
        json.WriteString("level", Level(worst.Severity));
        json.WriteEndObject();
        json.WriteStartObject("properties");
        // What code hosts sort by: a number like that of CVSS.
        json.WriteString("security-severity", Number(findings.Max(finding => finding.Vulnerability?.ScoreTenths ?? 0) is > 0 and var score ? score / 10m : Typical(worst.Severity)));
        json.WriteStartArray("tags");
        json.WriteStringValue("security");
        json.WriteStringValue(JsonNamingPolicy.CamelCase.ConvertName(worst.Kind.ToString()));
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Invocation(Utf8JsonWriter json, ScanResult result)
    {
        json.WriteStartArray("invocations");
        json.WriteStartObject();
        json.WriteBoolean("executionSuccessful", !result.CannotTell.Any(doubt => doubt.IsGrave));
        json.WriteStartArray("toolExecutionNotifications");
        foreach (var doubt in result.CannotTell)
        {
            json.WriteStartObject();
            json.WriteString("level", doubt.IsGrave ? "error" : "warning");
            json.WriteStartObject("message");
            json.WriteString("text", ReportText.Message(doubt));
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void Result(Utf8JsonWriter json, Finding finding, ScanResult result, List<string> rules)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", finding.Id);
        json.WriteNumber("ruleIndex", rules.BinarySearch(finding.Id, StringComparer.Ordinal));
        json.WriteString("level", Level(finding.Severity));
        json.WriteStartObject("message");
        json.WriteString("text", ReportText.Message(finding, result));
        json.WriteEndObject();
        json.WriteStartArray("locations");
        json.WriteStartObject();
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", Uri.EscapeDataString(finding.Path.Length > 0 ? finding.Path : "image").Replace("%2F", "/", StringComparison.Ordinal));
        json.WriteEndObject();
        json.WriteStartObject("region");
        json.WriteNumber("startLine", 1);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("partialFingerprints");
        json.WriteString("bulwark/v1", $"{finding.Id}/{finding.Vulnerability?.Package.Package.Name}/{finding.Path}");
        json.WriteEndObject();
        if (finding.Suppression is { } suppression)
        {
            json.WriteStartArray("suppressions");
            json.WriteStartObject();
            json.WriteString("kind", "external");
            json.WriteString("justification", suppression.Until is { } until ? $"{suppression.Reason} (until {until:yyyy-MM-dd})" : suppression.Reason);
            json.WriteEndObject();
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static string Level(Severity severity) => severity switch
    {
        Severity.Critical or Severity.High => "error",
        Severity.Medium or Severity.Unknown => "warning",
        _ => "note",
    };

    private static decimal Typical(Severity severity) => severity switch
    {
        Severity.Critical => 9.5m,
        Severity.High => 8.0m,
        Severity.Medium or Severity.Unknown => 5.5m,
        Severity.Low => 2.0m,
        _ => 0.1m,
    };

    private static string Number(decimal value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    internal static string? Link(string id) => id.Split('-')[0] switch
    {
        "CVE" => $"https://nvd.nist.gov/vuln/detail/{Uri.EscapeDataString(id)}",
        "GHSA" => $"https://github.com/advisories/{Uri.EscapeDataString(id)}",
        "GO" => $"https://pkg.go.dev/vuln/{Uri.EscapeDataString(id)}",
        _ => null,
    };
}
