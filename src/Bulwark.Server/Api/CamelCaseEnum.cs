using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bulwark.Server.Api;

/// <summary>Enums as camel-case strings; numbers are refused, for their order is not part of the API.</summary>
public sealed class CamelCaseEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
