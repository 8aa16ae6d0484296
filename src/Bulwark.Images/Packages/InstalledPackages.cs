using Bulwark.Images.Archives;

namespace Bulwark.Images.Packages;

/// <summary>How much one database of installed packages may hold. The largest distributions have some 60,000 packages in all.</summary>
internal static class InstalledPackages
{
    public const int Most = 100_000;

    /// <summary>Most files that packages own.</summary>
    public const int MostFiles = 2_000_000;

    public static readonly string TooMany = $"it has more than {Most} packages or {MostFiles} files";

    /// <exception cref="ArchiveException">There would be too many.</exception>
    public static void Add(ICollection<Package> packages, Package package)
    {
        if (packages.Count == Most)
            throw new ArchiveException(TooMany);
        packages.Add(package);
    }

    /// <summary>Adds the key of a file that a package owns; one whose path nothing in an image can have is left out.</summary>
    /// <exception cref="ArchiveException">There would be too many.</exception>
    public static void Add(ICollection<Layers.PathKey> files, string path)
    {
        if (files.Count == MostFiles)
            throw new ArchiveException(TooMany);
        if (path.Length <= LongestPath && Layers.ImagePath.Clean(path) is { } clean)
            files.Add(Layers.PathKey.Of(clean));
    }

    /// <summary>Adds a file as its package brought it.</summary>
    /// <param name="characters">Of all paths so far: a few bytes in a database may stand for a path of thousands.</param>
    /// <exception cref="ArchiveException">There would be too many, or their paths are too long.</exception>
    public static void Add(ICollection<PackagedFile> files, PackagedFile file, ref long characters)
    {
        if (files.Count == MostFiles || (characters += file.Path.Length) > MostCharacters)
            throw new ArchiveException(TooMany);
        if (file.Path.Length <= LongestPath)
            files.Add(file);
    }

    // Linux's PATH_MAX.
    private const int LongestPath = 4096;

    private const long MostCharacters = 128 << 20;
}
