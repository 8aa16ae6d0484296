using System.Collections.Immutable;

namespace Bulwark.Images.Gate;

/// <summary>Whether an image may pass.</summary>
/// <param name="Reasons">Why not, a line for each rule that it breaks; none if it may.</param>
/// <param name="CouldTell">
/// Whether the scan saw enough to say so. An image that breaks no rule and was not judged has not passed either.
/// </param>
public sealed record GateVerdict(ImmutableArray<string> Reasons, bool CouldTell)
{
    public bool Passes => Reasons.IsEmpty && CouldTell;
}
