using System.Text.Json;
using Bulwark.Images.Gate;
using Bulwark.Images.Reports;
using Bulwark.Images.Scanning;

namespace Bulwark.Images.Tests.Harness;

/// <summary>A scan in every form in which it is written.</summary>
internal static class Outputs
{
    public static IEnumerable<string> All(ScanResult result)
    {
        var verdict = ImageGate.Judge(result, [GateRule.Parse("secret")!]);
        yield return JsonSerializer.Serialize(ScanReport.Of(result, verdict), ReportJson.Default.ScanReport);
        yield return SarifReport.Write(result, "1.0");
        yield return CycloneDxReport.Write(result, "1.0", withVulnerabilities: true);
        yield return SpdxReport.Write(result, "1.0");
        yield return JUnitReport.Write(result);
        yield return HtmlReport.Write(result);
    }
}
