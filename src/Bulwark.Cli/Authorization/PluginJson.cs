using System.Text.Json.Serialization;

namespace Bulwark.Cli.Authorization;

/// <summary>How Docker and its plugins write.</summary>
[JsonSerializable(typeof(PluginQuestion))]
[JsonSerializable(typeof(PluginAnswer))]
[JsonSerializable(typeof(PluginActivation))]
internal sealed partial class PluginJson : JsonSerializerContext;
