namespace Bulwark.Images.Archives;

/// <summary>What an entry of a tar archive makes.</summary>
public enum TarEntryKind
{
    File,
    HardLink,
    SymbolicLink,
    CharacterDevice,
    BlockDevice,
    Directory,
    Pipe,

    /// <summary>A kind that no current format defines, or whose content is not as it stands (a sparse file).</summary>
    Unknown,
}
