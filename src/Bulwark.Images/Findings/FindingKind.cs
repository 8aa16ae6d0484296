namespace Bulwark.Images.Findings;

/// <summary>What kind of thing is wrong with an image.</summary>
public enum FindingKind
{
    /// <summary>An installed package has a known vulnerability.</summary>
    Vulnerability,

    /// <summary>A key, a token or a password lies in a layer or in the configuration.</summary>
    Secret,

    /// <summary>How the image is made or run invites trouble.</summary>
    Configuration,

    /// <summary>A file can do what it should not, or is not what its package brought.</summary>
    File,

    /// <summary>A file looks like what an attacker would put there.</summary>
    Malware,
}
