using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bulwark.Cli.Api;

/// <summary>Enums as the API writes them: <c>wouldBlock</c>.</summary>
internal sealed class CamelCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
