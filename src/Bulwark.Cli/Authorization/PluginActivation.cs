namespace Bulwark.Cli.Authorization;

/// <summary>What a plugin says it is.</summary>
internal sealed record PluginActivation(string[] Implements);
