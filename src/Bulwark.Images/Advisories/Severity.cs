namespace Bulwark.Images.Advisories;

/// <summary>How bad something is, from unrated to worst.</summary>
public enum Severity
{
    /// <summary>Nobody has rated it; not the same as harmless.</summary>
    Unknown,

    /// <summary>Its source says that it does not matter in practice (Debian: unimportant).</summary>
    Negligible,
    Low,
    Medium,
    High,
    Critical,
}
