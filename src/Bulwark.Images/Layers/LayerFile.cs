using Bulwark.Images.Archives;

namespace Bulwark.Images.Layers;

/// <summary>One file, link or directory in a layer.</summary>
/// <param name="Path">As <see cref="ImagePath"/> cleans it.</param>
/// <param name="Size">Bytes of content.</param>
/// <param name="LinkTarget">What a symbolic link says; the clean path of another file for a hard link; else empty.</param>
/// <param name="Capabilities">What it may do whoever runs it, a bit for each capability.</param>
public sealed record LayerFile(
    string Path, TarEntryKind Kind, UnixFileMode Mode, long Uid, long Gid, long Size, string LinkTarget, ulong Capabilities)
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public bool HasCapabilities => Capabilities != 0;

    public bool IsFile => Kind is TarEntryKind.File or TarEntryKind.HardLink;

    public bool IsExecutable => IsFile && (Mode & AnyExecute) != 0;

    public bool IsSetUser => IsFile && (Mode & UnixFileMode.SetUser) != 0;

    public bool IsSetGroup => IsFile && (Mode & UnixFileMode.SetGroup) != 0;

    public bool IsWorldWritable => (Mode & UnixFileMode.OtherWrite) != 0;
}
