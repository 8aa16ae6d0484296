namespace Bulwark.Images.Archives;

/// <summary>
/// What is read of an image at most. Every byte of an image may be written by an attacker, and a few kilobytes can unpack to
/// terabytes: what goes beyond a limit is reported as something that the scan cannot tell, never read on and on.
/// </summary>
public sealed record ArchiveLimits
{
    /// <summary>Most entries in one archive. The largest images in use have some 500,000 files.</summary>
    public int Entries { get; init; } = 2_000_000;

    /// <summary>Longest path or link target, in bytes: Linux's PATH_MAX.</summary>
    public int PathBytes { get; init; } = 4096;

    /// <summary>Largest extended header (PAX records, GNU long names), in bytes. Extended attributes are 64 KiB each at most.</summary>
    public int ExtendedHeaderBytes { get; init; } = 1 << 20;

    /// <summary>Most bytes that one layer unpacks to.</summary>
    public long UnpackedBytes { get; init; } = 64L << 30;

    /// <summary>How many times its packed size a layer may unpack to, beyond the first <see cref="UnpackedBytesFree"/>.</summary>
    public int Ratio { get; init; } = 200;

    /// <summary>Bytes that may be unpacked whatever the ratio: a sparse file of zeros is no attack.</summary>
    public long UnpackedBytesFree { get; init; } = 2L << 30;

    /// <summary>Largest manifest, configuration or index, in bytes. The OCI specification asks for 4 MiB.</summary>
    public int DocumentBytes { get; init; } = 4 << 20;

    /// <summary>Most manifests, configurations and indexes in one archive, in bytes together.</summary>
    public int AllDocumentsBytes { get; init; } = 32 << 20;

    /// <summary>Most layers of one image. Docker itself stops at 127.</summary>
    public int Layers { get; init; } = 512;

    /// <summary>Most files of one layer that are remembered one by one (executables, links); of the others only a hash is kept.</summary>
    public int NotedFiles { get; init; } = 250_000;

    /// <summary>Most of an image's layers that is kept in memory for the judgement, in bytes: of one with a million files some 200 MiB.</summary>
    public long KeptBytes { get; init; } = 512L << 20;

    /// <summary>Largest file that is read as a whole, in bytes: package databases, programs, archives inside the image.</summary>
    public long FileBytes { get; init; } = 1L << 30;

    /// <summary>Largest file that is held in memory while it is read; a larger one goes through an unnamed temporary file.</summary>
    public int FileBytesInMemory { get; init; } = 4 << 20;
}
