using System.Text.Json;
using System.Text.Json.Serialization;
using Bulwark.Images.Advisories;
using Bulwark.Images.Findings;
using Bulwark.Images.Packages;

namespace Bulwark.Images.Reports;

/// <summary>How scans and advisories are written as JSON.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, WriteIndented = true, NewLine = "\n", DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [
        typeof(CamelCase<FindingKind>), typeof(CamelCase<Severity>), typeof(CamelCase<AdvisoryState>), typeof(CamelCase<PackageKind>),
        typeof(CamelCase<CannotTellKind>)])]
[JsonSerializable(typeof(ScanReport))]
[JsonSerializable(typeof(AdvisoryStatusReport))]
public sealed partial class ReportJson : JsonSerializerContext
{
    internal sealed class CamelCase<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
        where T : struct, Enum;
}
