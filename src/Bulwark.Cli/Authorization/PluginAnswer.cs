namespace Bulwark.Cli.Authorization;

/// <summary>What a plugin answers.</summary>
/// <param name="Msg">Why not; Docker shows it to the one who asked.</param>
internal sealed record PluginAnswer(bool Allow, string Msg = "");
