namespace Bulwark.Model.Executables;

/// <summary>Where an executable is from.</summary>
public enum OriginKind
{
    /// <summary>Nobody knows: the image was not scanned, say.</summary>
    Unknown,

    /// <summary>A package of the image owns it.</summary>
    Package,

    /// <summary>It is in the image, and no package owns it.</summary>
    Image,

    /// <summary>It is in something that is mounted into the container.</summary>
    Volume,

    /// <summary>It was made, or became executable, after the container started.</summary>
    Drift,

    /// <summary>The image has another one there: it was changed or replaced after the container started.</summary>
    Changed,
}
