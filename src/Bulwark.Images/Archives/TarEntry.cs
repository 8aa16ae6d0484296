namespace Bulwark.Images.Archives;

/// <summary>The header of one entry of a tar archive, as it was written: nothing in it can be trusted.</summary>
/// <param name="Name">The path, not cleaned.</param>
/// <param name="Mode">Permission bits (octal 7777).</param>
/// <param name="Size">Bytes of content that follow.</param>
/// <param name="LinkTarget">What a link leads to, not cleaned; empty for all else.</param>
/// <param name="HasCapabilities">Whether it carries file capabilities (the extended attribute <c>security.capability</c>).</param>
public readonly record struct TarEntry(
    string Name, TarEntryKind Kind, UnixFileMode Mode, long Uid, long Gid, long Size, string LinkTarget, bool HasCapabilities);
