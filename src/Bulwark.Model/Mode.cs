namespace Bulwark.Model;

/// <summary>How far Bulwark goes with a workload.</summary>
public enum Mode : byte
{
    /// <summary>Watch and learn; block nothing.</summary>
    Learn = 0,

    /// <summary>Say what would be blocked; block nothing.</summary>
    Audit = 1,

    /// <summary>Block what is outside the profile.</summary>
    Protect = 2,
}
