using System.Text.Json.Serialization;

namespace Bulwark.Images.Gate;

/// <summary>How a scanned image is stored.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ScannedImage))]
public sealed partial class GateJson : JsonSerializerContext;
