namespace Bulwark.Images.Running;

/// <summary>Whether a package is in use in a running container.</summary>
public enum PackageUse
{
    /// <summary>Nobody looked, or it cannot be seen: code that an interpreter reads leaves no trace.</summary>
    Unknown,

    /// <summary>No process runs a program of it, nor has a library of it, at this moment.</summary>
    Idle,

    /// <summary>A process runs a program of it, or has something of it mapped or open.</summary>
    Runs,

    /// <summary>And that process waits for others to connect.</summary>
    Listens,
}
