using Bulwark.Images.Layers;

namespace Bulwark.Images.Files;

/// <summary>
/// Takes the checksum of files where packages install theirs: the one that the image's package manager lists. Which one that is, is certain only
/// once its database comes, which may be after all files: until there are signs of one, all are taken, and from then on those of which there are
/// signs. A layer tells which it has of all its files; an image whose packages list another is read again.
/// </summary>
/// <param name="always">What is taken whatever the signs.</param>
public sealed class FileHashes(DigestKind always = DigestKind.None) : IFileAnalyser
{
    /// <summary>What is larger is not compared: it would be read twice.</summary>
    internal const long LargestBytes = 64 << 20;

    private static readonly string[] s_directories = ["usr/", "bin/", "sbin/", "lib/", "lib32/", "lib64/", "libx32/", "opt/", "boot/"];

    // The one thing that is kept between files: an image is of one distribution nearly always, and its layers are read at the same time.
    private int _signs;

    public bool Wants(LayerFile file, ReadOnlySpan<byte> head)
    {
        if (DigestSigns.Of(file.Path) is var sign and not DigestKind.None)
            Interlocked.Or(ref _signs, (int)sign);
        return file.Size <= LargestBytes && IsCompared(file.Path);
    }

    public bool Accepts(Layer known)
    {
        Interlocked.Or(ref _signs, (int)known.Listed);
        return (always & ~known.Taken) == 0;
    }

    /// <summary>Whether a file there is compared with what its package brought: settings are not, they are there to be changed.</summary>
    internal static bool IsCompared(string path)
    {
        foreach (var directory in s_directories)
        {
            if (path.StartsWith(directory, StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    public void Read(LayerFile file, FileContent content, Layer layer)
    {
        var signs = (DigestKind)Volatile.Read(ref _signs);
        var kinds = signs == DigestKind.None ? DigestKind.All : signs | always;
        layer.Taken &= kinds;
        if (kinds.HasFlag(DigestKind.Sha256))
        {
            using var stream = content.Open();
            layer.Digests(DigestKind.Sha256)[file.Path] = FileDigest.Sha256(stream);
        }
        if (kinds.HasFlag(DigestKind.Sha1))
        {
            using var stream = content.Open();
            layer.Digests(DigestKind.Sha1)[file.Path] = FileDigest.Sha1(stream);
        }
        if (kinds.HasFlag(DigestKind.Md5))
            layer.WaitingMd5.Add(file.Path, content);
    }
}
