namespace Bulwark.Images.Files;

/// <summary>Checksums of a file: those that a package lists, and those that were taken.</summary>
[Flags]
public enum DigestKind
{
    /// <summary>None that is compared.</summary>
    None = 0,

    /// <summary>What dpkg and old rpm use: enough to see accidents and careless changes, not a forger who makes two files with one sum.</summary>
    Md5 = 1,

    /// <summary>The first half of it: what rpm uses.</summary>
    Sha256 = 2,

    /// <summary>The first sixteen bytes of it: what apk uses, of a link that of where it leads.</summary>
    Sha1 = 4,

    /// <summary>Whatever may have to be taken.</summary>
    All = Md5 | Sha256 | Sha1,

    /// <summary>The SHA-256 where apk uses that, in the same way.</summary>
    ApkSha256 = Sha256 | 8,
}
