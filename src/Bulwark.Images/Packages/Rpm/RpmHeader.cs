using System.Buffers.Binary;
using System.Text;
using Bulwark.Images.Archives;
using Bulwark.Images.Files;

namespace Bulwark.Images.Packages.Rpm;

/// <summary>
/// What rpm keeps of one package: tags, their types and where their values lie, then the values, all big endian (Linux Standard Base,
/// "Package File Format", "Header").
/// </summary>
internal sealed class RpmHeader
{
    private const int IndexBytes = 16;
    private const int MostTags = 65_536;
    private const int LongestText = 4096;

    // The largest packages in use have 100,000 files.
    private const long MostCharacters = 32 << 20;

    private const uint NameTag = 1000;
    private const uint VersionTag = 1001;
    private const uint ReleaseTag = 1002;
    private const uint EpochTag = 1003;
    private const uint VendorTag = 1011;
    private const uint ArchitectureTag = 1022;
    private const uint DigestsTag = 1035;
    private const uint FileFlagsTag = 1037;
    private const uint SourceTag = 1044;
    private const uint FileChecksTag = 1045;
    private const uint DirectoryIndexesTag = 1116;
    private const uint BaseNamesTag = 1117;
    private const uint DirectoryNamesTag = 1118;

    private const uint DigestAlgorithmTag = 5011;

    // Of OpenPGP (RFC 4880, 9.4), which rpm numbers its algorithms by; MD5 where none is named.
    private const uint Md5Algorithm = 1;
    private const uint Sha256Algorithm = 8;

    // rpmfileAttrs and rpmVerifyAttrs of rpm.
    private const uint ConfigurationFlag = 1;
    private const uint GhostFlag = 1 << 6;
    private const uint CheckDigest = 1;

    private const uint NumberType = 4;
    private const uint TextType = 6;
    private const uint TextArrayType = 8;
    private const uint TranslatedTextType = 9;

    private readonly byte[] _bytes;
    private readonly int _tags;
    private readonly int _store;

    /// <exception cref="ArchiveException">It is no header.</exception>
    public RpmHeader(byte[] bytes)
    {
        _bytes = bytes;
        if (bytes.Length < 8)
            throw new ArchiveException("a package's header is cut off");
        var (tags, stored) = (Word(0), Word(4));
        if (tags is 0 or > MostTags || 8 + (long)tags * IndexBytes + stored > bytes.Length)
            throw new ArchiveException("a package's header is damaged");
        _tags = (int)tags;
        _store = 8 + _tags * IndexBytes;
    }

    /// <summary>The package; null for what is none: rpm keeps keys as if they were packages.</summary>
    /// <exception cref="ArchiveException">It is damaged.</exception>
    public Package? Package()
    {
        var (name, version, release) = (Text(NameTag), Text(VersionTag), Text(ReleaseTag));
        if (name == "gpg-pubkey")
            return null;
        if (name.Length == 0 || version.Length == 0 || release.Length == 0)
            throw new ArchiveException("a package has no name or no version");
        var epoch = Find(EpochTag, NumberType) is { Count: > 0 } at ? $"{Number(at.Offset)}:" : "";
        var (source, sourceVersion) = Source(Text(SourceTag)) ?? (name, $"{version}-{release}");
        return new(PackageKind.Rpm, name, $"{epoch}{version}-{release}")
        {
            Source = source,
            // The name of the source's file has no epoch; it is the package's.
            SourceVersion = $"{epoch}{sourceVersion}",
            Architecture = Text(ArchitectureTag),
            Maintainer = Text(VendorTag),
        };
    }

    /// <summary>The paths of the package's files.</summary>
    /// <exception cref="ArchiveException">It is damaged, or its paths are longer than any real ones.</exception>
    public IEnumerable<string> Files()
    {
        var characters = 0L;
        var directories = Texts(DirectoryNamesTag).ToList();
        if (Find(DirectoryIndexesTag, NumberType) is not { } indexes)
            yield break;
        var index = 0;
        foreach (var name in Texts(BaseNamesTag))
        {
            if (index >= indexes.Count)
                throw new ArchiveException("a package has files without directories");
            var directory = Number(indexes.Offset + index++ * 4);
            if (directory >= directories.Count)
                throw new ArchiveException("a package has files without directories");
            var path = $"{directories[(int)directory]}{name}".TrimStart('/');
            // Each file is a few bytes here, and its path may be thousands.
            if ((characters += path.Length) > MostCharacters)
                throw new ArchiveException("a package's files have longer paths than is reasonable");
            yield return path;
        }
    }

    /// <summary>
    /// The package's files as it brought them: those that are files, and that nobody is expected to change (settings, files that come to be later, and
    /// what the package says not to compare). None where there are no digests, or such as are neither MD5 nor SHA-256.
    /// </summary>
    /// <exception cref="ArchiveException">It is damaged.</exception>
    public IEnumerable<PackagedFile> PackagedFiles()
    {
        var algorithm = Find(DigestAlgorithmTag, NumberType) is { Count: > 0 } named ? Number(named.Offset) : Md5Algorithm;
        if (algorithm is not (Md5Algorithm or Sha256Algorithm))
            yield break;
        var (flags, checks) = (Find(FileFlagsTag, NumberType), Find(FileChecksTag, NumberType));
        var index = -1;
        foreach (var (path, digest) in Files().Zip(Texts(DigestsTag)))
        {
            index++;
            // A directory and a link have none.
            if (digest.Length == 0 || (At(flags, index, 0) & (ConfigurationFlag | GhostFlag)) != 0 || (At(checks, index, CheckDigest) & CheckDigest) == 0)
                continue;
            if (FileDigest.Parse(Encoding.ASCII.GetBytes(digest)) is { } value)
                yield return new(path, value, algorithm == Md5Algorithm ? DigestKind.Md5 : DigestKind.Sha256);
        }
    }

    private uint At((int Offset, int Count)? numbers, int index, uint otherwise) =>
        numbers is { } found && index < found.Count ? Number(found.Offset + index * 4) : otherwise;

    // "bash-5.1.8-6.el9.src.rpm": the last two dashes part name, version and release.
    private static (string Name, string Version)? Source(string file)
    {
        var end = file.EndsWith(".src.rpm", StringComparison.Ordinal) ? file.Length - ".src.rpm".Length
            : file.EndsWith(".nosrc.rpm", StringComparison.Ordinal) ? file.Length - ".nosrc.rpm".Length : -1;
        if (end <= 0)
            return null;
        var release = file.LastIndexOf('-', end - 1);
        var version = release > 0 ? file.LastIndexOf('-', release - 1) : -1;
        return version > 0 ? (file[..version], file[(version + 1)..end]) : null;
    }

    private string Text(uint tag) => Find(tag, TextType) is { Count: > 0 } text ? TextAt(text.Offset, out _)
        : Find(tag, TranslatedTextType) is { Count: > 0 } translated ? TextAt(translated.Offset, out _) : "";

    private IEnumerable<string> Texts(uint tag)
    {
        if (Find(tag, TextArrayType) is not { } found)
            yield break;
        var at = found.Offset;
        for (var index = 0; index < found.Count; index++)
        {
            yield return TextAt(at, out var length);
            at += length + 1;
        }
    }

    private (int Offset, int Count)? Find(uint tag, uint type)
    {
        for (var index = 0; index < _tags; index++)
        {
            var at = 8 + index * IndexBytes;
            if (Word(at) != tag || Word(at + 4) != type)
                continue;
            var (offset, count) = (Word(at + 8), Word(at + 12));
            // Every value takes a byte at least.
            if (offset >= _bytes.Length - _store || count > _bytes.Length)
                throw new ArchiveException("a package's header leads out of itself");
            return (_store + (int)offset, (int)count);
        }
        return null;
    }

    private string TextAt(int offset, out int length)
    {
        length = offset < _bytes.Length ? _bytes.AsSpan(offset, Math.Min(LongestText + 1, _bytes.Length - offset)).IndexOf((byte)0) : -1;
        return length >= 0 ? Encoding.UTF8.GetString(_bytes, offset, length) : throw new ArchiveException("a text in a package's header has no end");
    }

    private uint Number(int offset) => offset <= _bytes.Length - 4 ? Word(offset) : throw new ArchiveException("a number in a package's header is cut off");

    private uint Word(int offset) => BinaryPrimitives.ReadUInt32BigEndian(_bytes.AsSpan(offset));
}
