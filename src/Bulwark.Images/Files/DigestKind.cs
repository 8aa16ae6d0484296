namespace Bulwark.Images.Files;

/// <summary>Which checksum of a file is known.</summary>
public enum DigestKind
{
    /// <summary>None that is compared.</summary>
    None,

    /// <summary>What dpkg and old rpm use: enough to see accidents and careless changes, not a forger who makes two files with one sum.</summary>
    Md5,

    /// <summary>The first half of it.</summary>
    Sha256,

    /// <summary>The first sixteen bytes of it: what apk uses, of a link that of where it leads.</summary>
    Sha1,

    /// <summary>The first half of the SHA-256, where apk uses that, in the same way.</summary>
    ApkSha256,
}
