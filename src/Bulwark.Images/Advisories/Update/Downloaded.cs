namespace Bulwark.Images.Advisories.Update;

/// <summary>What a server said of a file.</summary>
/// <param name="IsUnchanged">It is as it was when it had that entity tag; nothing was fetched.</param>
/// <param name="Tag">Its entity tag, also a weak one; empty if it has none.</param>
/// <param name="Modified">When it last changed, or null.</param>
public readonly record struct Downloaded(bool IsUnchanged, string Tag, DateTimeOffset? Modified);
