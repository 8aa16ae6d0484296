namespace Bulwark.Images.Archives;

/// <summary>The header of one entry of a tar archive, as it was written: nothing in it can be trusted.</summary>
/// <param name="Name">The path, not cleaned.</param>
/// <param name="Mode">Permission bits (octal 7777).</param>
/// <param name="Size">Bytes of content that follow.</param>
/// <param name="LinkTarget">What a link leads to, not cleaned; empty for all else.</param>
/// <param name="Capabilities">The extended attribute <c>security.capability</c>, a bit for each capability; 0 where there is none.</param>
public readonly record struct TarEntry(
    string Name, TarEntryKind Kind, UnixFileMode Mode, long Uid, long Gid, long Size, string LinkTarget, ulong Capabilities);
