using Bulwark.Images.Packages.Rpm;

namespace Bulwark.Images.Files;

/// <summary>
/// Files that only come with one package manager, and so tell which checksums its packages list. Its programs tell nothing: Debian has a package
/// of rpm's.
/// </summary>
internal static class DigestSigns
{
    // Which of them, each of its packages says for itself.
    private const DigestKind Apk = DigestKind.Sha1 | DigestKind.Sha256;

    private static readonly (string Beginning, DigestKind Kind)[] s_beginnings =
    [
        ("var/lib/dpkg/", DigestKind.Md5),
        ("etc/debian_version", DigestKind.Md5),
        ("etc/apk/", Apk),
        ("lib/apk/db/", Apk),
        ("usr/lib/apk/db/", Apk),
        ("etc/alpine-release", Apk),
        ("etc/redhat-release", DigestKind.Sha256),
        ("etc/yum.repos.d/", DigestKind.Sha256),
        ("etc/zypp/", DigestKind.Sha256),
        .. RpmDatabase.Directories.Select(directory => (directory, DigestKind.Sha256)),
    ];

    /// <summary>What the packages of an image list that has a file of this path; none if it tells nothing.</summary>
    public static DigestKind Of(string path)
    {
        foreach (var (beginning, kind) in s_beginnings)
        {
            if (path.StartsWith(beginning, StringComparison.Ordinal))
                return kind;
        }
        // Each of Debian's packages has one: they come early in layers that have no other sign for long.
        return path.EndsWith("/changelog.Debian.gz", StringComparison.Ordinal) ? DigestKind.Md5 : DigestKind.None;
    }
}
