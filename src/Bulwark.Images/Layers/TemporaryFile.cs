namespace Bulwark.Images.Layers;

/// <summary>Files for what is too large for memory: with no name of an image's in theirs, and gone by themselves.</summary>
internal static class TemporaryFile
{
    public static FileStream Open() => Open(Path.GetTempPath());

    /// <param name="directory">Where there is room for it.</param>
    public static FileStream Open(string directory)
    {
        var file = new FileStream(Path.Combine(directory, $"bulwark-{Guid.NewGuid():N}"), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.DeleteOnClose,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        try
        {
            // Gone from the directory at once: not even a killed scan leaves it behind.
            File.Delete(file.Name);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
