namespace Bulwark.Images;

/// <summary>Something that the scan could not find out; never the same as "nothing was found".</summary>
/// <param name="Kind">What kind of question stays open.</param>
/// <param name="Subject">What it is about: a path in the image, a package, a release, or empty for the image.</param>
/// <param name="Reason">Why, in words that go on from "cannot tell … because".</param>
public sealed record CannotTell(CannotTellKind Kind, string Subject, string Reason)
{
    /// <summary>The layer that it is about, counted from 0; null for the image.</summary>
    public int? Layer { get; init; }

    /// <summary>What to do about it, or empty.</summary>
    public string Hint { get; init; } = "";

    /// <summary>Whether without it the image as a whole is not judged: such a scan does not end as if all were well.</summary>
    public bool IsGrave => Kind is not (CannotTellKind.File or CannotTellKind.Package);
}
