using System.Text.Json;

namespace Bulwark.Server.Api;

/// <summary>Words of the model as the API writes them.</summary>
internal static class ReportText
{
    public static string CamelCase<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
