namespace Bulwark.EndToEnd.Harness;

/// <summary>How a machine's control groups are mounted.</summary>
public enum ControlGroups
{
    /// <summary>As on the machine that runs the tests: version 2, or version 1 with version 2 beside it.</summary>
    AsIs,

    /// <summary>Version 2 only.</summary>
    Unified,
}
