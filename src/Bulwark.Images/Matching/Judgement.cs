namespace Bulwark.Images.Matching;

/// <summary>What an advisory means for one version.</summary>
/// <param name="FixedVersion">The version to go to; empty if there is none, or nothing to repair.</param>
internal readonly record struct Judgement(bool IsVulnerable, string FixedVersion);
