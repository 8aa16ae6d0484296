using System.Buffers;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Bulwark.Images.Files;
using Bulwark.Images.Layers;

namespace Bulwark.Images.Packages.Alpine;

/// <summary>
/// apk's database (<c>lib/apk/db/installed</c>, since Alpine 3.23 <c>usr/lib/apk/db/installed</c>): a letter and a value on each line,
/// an empty line between packages (apk-package(5), "installed database").
/// </summary>
public sealed class ApkDatabase : IFileAnalyser
{
    internal static readonly string[] Paths = ["lib/apk/db/installed", "usr/lib/apk/db/installed"];

    private const int LargestBytes = 64 << 20;

    // Of a package's flags ("f:"), since apk 3 (database.c, apk_db_fdb_write): its files' sums are of SHA-256, cut to the length of a SHA-1.
    private const byte Sha256Flag = (byte)'S';

    // It is said once for all files in it; nothing in an image has a longer one.
    private const int LongestDirectory = 4096;

    public bool Wants(LayerFile file, ReadOnlySpan<byte> head) => Paths.Contains(file.Path);

    public void Read(LayerFile file, FileContent content, Layer layer)
    {
        layer.Packages[file.Path] = Parse(content.Bytes(LargestBytes).Span, out var contents, out var broken);
        var owned = new List<PathKey>();
        foreach (var path in contents.SelectMany(each => each.Files).Select(each => each.Path))
            InstalledPackages.Add(owned, path);
        layer.OwnedPaths[file.Path] = [.. owned];
        layer.PackagedFiles[file.Path] = contents;
        if (broken > 0)
            layer.Doubts.Add(new(CannotTellKind.File, file.Path, $"{broken} of its entries name no package or no version"));
    }

    internal static ImmutableArray<Package> Parse(ReadOnlySpan<byte> text, out PackageContent[] contents, out int broken)
    {
        var incomplete = 0;
        var packages = ImmutableArray.CreateBuilder<Package>();
        var all = new List<PackageContent>();
        var paths = new List<PackagedFile>();
        var fields = new Dictionary<char, string>();
        var directory = "";
        var (characters, isFile, usesSha256) = (0L, false, false);
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range].TrimEnd((byte)'\r');
            if (line.IsEmpty)
            {
                End();
                fields.Clear();
                directory = "";
            }
            else if (line.Length >= 2 && line[1] == ':')
            {
                switch (line[0])
                {
                    case (byte)'P' or (byte)'V' or (byte)'A' or (byte)'o' or (byte)'m':
                        fields[(char)line[0]] = Encoding.UTF8.GetString(line[2..]).Trim();
                        break;
                    case (byte)'F':
                        isFile = false;
                        directory = Encoding.UTF8.GetString(line[2..]);
                        break;
                    case (byte)'R':
                        var name = Encoding.UTF8.GetString(line[2..]);
                        var before = paths.Count;
                        if (directory.Length <= LongestDirectory)
                            InstalledPackages.Add(paths, new(directory.Length == 0 ? name : $"{directory}/{name}", 0, DigestKind.None), ref characters);
                        isFile = paths.Count > before;
                        break;
                    case (byte)'f':
                        usesSha256 = line.Contains(Sha256Flag);
                        break;
                    case (byte)'Z' when isFile && Sum(line[2..], usesSha256) is var (sum, kind):
                        paths[^1] = paths[^1] with { Digest = sum, Kind = kind };
                        break;
                }
            }
        }
        End();
        contents = [.. all];
        broken = incomplete;
        return packages.ToImmutable();

        void End()
        {
            incomplete += Add(packages, fields);
            if (paths.Count > 0)
                all.Add(new(fields.GetValueOrDefault('P', ""), [.. paths]));
            paths.Clear();
            (isFile, usesSha256) = (false, false);
        }
    }

    // In base 64: "Q1" and the SHA-1, or where the package's flags say so as many bytes of the SHA-256; "Q2" and the SHA-256. Sums of other forms are left alone.
    private static (UInt128 Sum, DigestKind Kind)? Sum(ReadOnlySpan<byte> text, bool usesSha256)
    {
        Span<byte> sum = stackalloc byte[SHA256.HashSizeInBytes + 1];
        var (expected, kind) = text switch
        {
            [(byte)'Q', (byte)'1', ..] => (SHA1.HashSizeInBytes, usesSha256 ? DigestKind.ApkSha256 : DigestKind.Sha1),
            [(byte)'Q', (byte)'2', ..] => (SHA256.HashSizeInBytes, DigestKind.ApkSha256),
            _ => (-1, DigestKind.None),
        };
        return expected > 0 && Base64.DecodeFromUtf8(text[2..], sum, out _, out var length) == OperationStatus.Done && length == expected ? (FileDigest.Of(sum), kind) : null;
    }

    private static int Add(ImmutableArray<Package>.Builder packages, Dictionary<char, string> fields)
    {
        if (fields.Count == 0)
            return 0;
        var (name, version) = (fields.GetValueOrDefault('P', ""), fields.GetValueOrDefault('V', ""));
        if (name.Length == 0 || version.Length == 0)
            return 1;
        InstalledPackages.Add(packages, new(PackageKind.Apk, name, version)
        {
            Source = fields.TryGetValue('o', out var origin) && origin.Length > 0 ? origin : name,
            Architecture = fields.GetValueOrDefault('A', ""),
            Maintainer = fields.GetValueOrDefault('m', ""),
        });
        return 0;
    }
}
