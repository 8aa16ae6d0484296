using System.Collections.Immutable;
using Bulwark.Images.Files;
using Bulwark.Images.Jars;
using Bulwark.Images.Malware;
using Bulwark.Images.Packages;
using Bulwark.Images.Secrets;

namespace Bulwark.Images.Layers;

/// <summary>What a scan keeps of one layer: little, whatever the layer's size.</summary>
public sealed class Layer
{
    /// <summary>What an object takes by itself, with its place in a table.</summary>
    internal const long ItemBytes = 64;

    private readonly Dictionary<string, UInt128> _md5 = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UInt128> _sha256 = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UInt128> _sha1 = new(StringComparer.Ordinal);

    private Md5Batch? _waitingMd5;

    /// <summary>Digest of the layer's unpacked tar; empty for a directory.</summary>
    public string DiffId { get; internal set; } = "";

    /// <summary>Digest of the blob as it was stored; empty for a directory.</summary>
    public string BlobDigest { get; internal set; } = "";

    /// <summary>Size of the unpacked tar, in bytes.</summary>
    public long UnpackedBytes { get; internal set; }

    /// <summary>Entries of the tar.</summary>
    public int Entries { get; internal set; }

    /// <summary>About how much memory takes what is kept of it, in bytes.</summary>
    public long KeptBytes { get; internal set; }

    /// <summary>Every path that is here and is not a directory; one may be there twice.</summary>
    public List<PathKey> Paths { get; } = [];

    /// <summary>Every path that is here and is a directory; one may be there twice.</summary>
    public List<PathKey> Directories { get; } = [];

    /// <summary>Paths that this layer takes away.</summary>
    public HashSet<string> Whiteouts { get; } = new(StringComparer.Ordinal);

    /// <summary>Directories whose content below this layer is taken away.</summary>
    public HashSet<string> OpaqueDirectories { get; } = new(StringComparer.Ordinal);

    /// <summary>Files that are worth remembering one by one: executables, links, and what anyone may write.</summary>
    public Dictionary<string, LayerFile> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Small files that are kept as they are, because they mean something only together with other layers.</summary>
    public Dictionary<string, ReadOnlyMemory<byte>> Documents { get; } = new(StringComparer.Ordinal);

    /// <summary>Packages, by the file that says that they are installed.</summary>
    public Dictionary<string, ImmutableArray<Package>> Packages { get; } = new(StringComparer.Ordinal);

    /// <summary>JARs and what is in them, by the file that holds them.</summary>
    public Dictionary<string, ImmutableArray<Jar>> Jars { get; } = new(StringComparer.Ordinal);

    /// <summary>Paths that packages own, by the file that says so.</summary>
    public Dictionary<string, PathKey[]> OwnedPaths { get; } = new(StringComparer.Ordinal);

    /// <summary>Files as their packages brought them, by the file that lists them.</summary>
    public Dictionary<string, PackageContent[]> PackagedFiles { get; } = new(StringComparer.Ordinal);

    /// <summary>The checksums that files of its packages have in <see cref="PackagedFiles"/>, as far as they are compared.</summary>
    public DigestKind Listed { get; internal set; }

    /// <summary>The checksums that were taken of all files where packages install theirs; of others there are none.</summary>
    public DigestKind Taken { get; internal set; } = DigestKind.All;

    internal static ReadOnlySpan<DigestKind> DigestKinds => [DigestKind.Md5, DigestKind.Sha256, DigestKind.Sha1];

    /// <summary>Checksums of one kind, in sixteen bytes, by path.</summary>
    internal Dictionary<string, UInt128> Digests(DigestKind kind) => kind switch
    {
        DigestKind.Md5 => _md5,
        DigestKind.Sha1 => _sha1,
        _ => _sha256,
    };

    /// <summary>Files whose MD5 is still to be taken, while the layer is read.</summary>
    internal Md5Batch WaitingMd5 => _waitingMd5 ??= new(_md5, (path, reason) =>
    {
        IsProvisional = true;
        Doubts.Add(new(CannotTellKind.File, path, $"its checksum could not be taken: {reason}"));
    });

    /// <summary>Secrets in its files; they stay in the image whatever upper layers delete.</summary>
    public List<FoundSecret> Secrets { get; } = [];

    /// <summary>Files that look like what an attacker would put there.</summary>
    public List<FoundSuspicion> Suspicions { get; } = [];

    /// <summary>What the scan could not find out about this layer.</summary>
    public List<CannotTell> Doubts { get; } = [];

    /// <summary>Whether all this was known before, and the layer was not read.</summary>
    public bool IsKnown { get; internal set; }

    /// <summary>Whether something could not be told that could be another time: such a layer is not kept in a cache.</summary>
    public bool IsProvisional { get; internal set; }

    /// <summary>About how much memory takes what was found in the file of this path, in bytes.</summary>
    internal long KeptOf(string path) => 2 * ItemBytes + 2L * sizeof(char) * path.Length
        + (Documents.TryGetValue(path, out var document) ? document.Length : 0)
        + (OwnedPaths.TryGetValue(path, out var owned) ? 16L * owned.Length : 0)
        + (PackagedFiles.TryGetValue(path, out var contents)
            ? contents.Sum(content => ItemBytes + content.Files.Sum(file => ItemBytes + (long)sizeof(char) * file.Path.Length)) : 0)
        + (Packages.TryGetValue(path, out var packages) ? packages.Sum(KeptOf) : 0)
        + (Jars.TryGetValue(path, out var jars) ? jars.Sum(jar => 2 * ItemBytes + sizeof(char) * (long)jar.Path.Length + jar.Named.Sum(KeptOf)) : 0);

    private static long KeptOf(Package package) => 3L * ItemBytes + sizeof(char) * (package.Name.Length + package.Version.Length
        + package.Source.Length + package.SourceVersion.Length + package.Architecture.Length + package.Maintainer.Length);

    /// <summary>Takes back what is kept of a path.</summary>
    internal void Forget(string path)
    {
        Documents.Remove(path);
        Files.Remove(path);
        Packages.Remove(path);
        Jars.Remove(path);
        OwnedPaths.Remove(path);
        PackagedFiles.Remove(path);
        _md5.Remove(path);
        _sha256.Remove(path);
        _sha1.Remove(path);
        _waitingMd5?.Forget(path);
    }

    /// <summary>Does what was put off while the layer was read.</summary>
    internal void Finish()
    {
        _waitingMd5?.Flush();
        _waitingMd5?.Dispose();
        _waitingMd5 = null;
        foreach (var kind in DigestKinds)
        {
            if (!Taken.HasFlag(kind))
                Digests(kind).Clear();
        }
        foreach (var file in PackagedFiles.Values.SelectMany(packages => packages).SelectMany(package => package.Files))
        {
            if ((file.Kind & DigestKind.All & ~Listed) != 0 && FileHashes.IsCompared(file.Path))
                Listed |= file.Kind & DigestKind.All;
        }
    }
}
