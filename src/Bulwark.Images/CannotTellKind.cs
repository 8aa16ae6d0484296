namespace Bulwark.Images;

/// <summary>What kind of question a scan left open.</summary>
public enum CannotTellKind
{
    /// <summary>A file could not be read or understood.</summary>
    File,

    /// <summary>A layer is damaged, missing, or not what its digest says.</summary>
    Layer,

    /// <summary>There is no package database, so what is installed is unknown.</summary>
    Packages,

    /// <summary>A package cannot be judged: its version is not understood, or another vendor made it.</summary>
    Package,

    /// <summary>The distribution's release is unknown.</summary>
    Release,

    /// <summary>The distribution no longer looks after the release: what is not listed may still be vulnerable.</summary>
    EndOfLife,

    /// <summary>There are no advisories for an ecosystem that the image has packages of.</summary>
    Advisories,

    /// <summary>The advisories are older than is allowed.</summary>
    Stale,

    /// <summary>Something in the image was passed over, as there was too much of it.</summary>
    Limit,

    /// <summary>An engine that looks for malware was asked for and is not there, or failed.</summary>
    Malware,
}
