namespace Bulwark.Images.Advisories;

/// <summary>What the source of an advisory says about a package in a release. Kept as it is said, never flattened to yes or no.</summary>
public enum AdvisoryState
{
    /// <summary>There is a version in which it is repaired.</summary>
    Fixed,

    /// <summary>It is vulnerable, and there is no repaired version yet.</summary>
    Affected,

    /// <summary>Vulnerable, to be repaired some day, without hurry (Debian: no-dsa, postponed).</summary>
    Deferred,

    /// <summary>Vulnerable, and it stays so (Debian: ignored).</summary>
    WontFix,

    /// <summary>Nobody looks after the package in this release any more.</summary>
    EndOfLife,

    /// <summary>The source itself does not know yet.</summary>
    Undetermined,

    /// <summary>The package is not vulnerable in this release.</summary>
    NotAffected,
}
