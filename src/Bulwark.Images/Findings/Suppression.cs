namespace Bulwark.Images.Findings;

/// <summary>Somebody decided that a finding does not count.</summary>
/// <param name="Reason">Why, in their words.</param>
/// <param name="Until">The last day on which it holds; null if it has no end.</param>
public sealed record Suppression(string Reason, DateOnly? Until);
