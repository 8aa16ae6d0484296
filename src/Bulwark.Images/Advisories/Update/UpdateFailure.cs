namespace Bulwark.Images.Advisories.Update;

/// <summary>A source that could not be brought up to date. What it had before stays.</summary>
/// <param name="Reason">What failed, at which address.</param>
/// <param name="Hint">What to do next.</param>
public sealed record UpdateFailure(string Source, string Reason, string Hint);
