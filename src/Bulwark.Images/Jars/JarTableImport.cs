using System.IO.Compression;
using System.Text.Json;
using Bulwark.Images.Advisories.Formats;
using Bulwark.Images.Advisories.Store;
using Bulwark.Images.Archives;
using Bulwark.Images.Layers;

namespace Bulwark.Images.Jars;

/// <summary>
/// Makes a table of JARs of a file: <c>trivy-java.db</c> as it is, packed with gzip, or in the tar in which it is passed on
/// (<c>javadb.tar.gz</c>); or another table of JARs.
/// </summary>
public static class JarTableImport
{
    internal const string Database = "trivy-java.db";
    internal const string About = "metadata.json";

    private const int TarMarkOffset = 257;
    private const int HeadBytes = 512;
    private const long LargestDatabase = 8L << 30;
    private const int LargestAbout = 64 << 10;

    private static readonly ArchiveLimits s_limits = new() { FileBytes = LargestDatabase };

    /// <summary>Whether a file is one of these, rather than one of advisories.</summary>
    public static bool Recognises(string path)
    {
        if (MappedFile.IsOne(path, JarTableFormat.Mark))
            return true;
        using var file = File.OpenRead(path);
        var head = new byte[HeadBytes];
        try
        {
            using var unpacked = Unpacked(file);
            var length = unpacked.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            return head.AsSpan(0, length).StartsWith(TrivyJavaDatabase.Mark) || (unpacked is GZipStream && IsTar(head.AsSpan(0, length)));
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>Whether a file only says something about the database beside it.</summary>
    public static bool IsAboutDatabase(string path) =>
        Path.GetFileName(path) == About && File.Exists(Path.Combine(Path.GetDirectoryName(path) ?? "", Database));

    /// <summary>Reads a file, and replaces the table by what is in it.</summary>
    /// <param name="origin">What to say later about where it came from.</param>
    /// <returns>How many JARs it knows now.</returns>
    /// <exception cref="AdvisoryFormatException">It is damaged, or of a format that is not known; nothing has changed.</exception>
    /// <exception cref="AdvisoryFileException">It is a table of JARs, and damaged.</exception>
    public static int Read(string path, string origin, string table, TimeProvider clock, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(table))!);
        if (MappedFile.IsOne(path, JarTableFormat.Mark))
            return Copied(path, table);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            var unpacked = Unpacked(file);
            if (unpacked is not GZipStream)
                return Converted(file, AboutBeside(path));
            using (unpacked)
            {
                var peeked = new PeekStream(unpacked, new byte[HeadBytes]);
                if (!IsTar(peeked.Head))
                {
                    using var database = Kept(peeked, table, cancel);
                    return Converted(database, null);
                }
                return FromTar(peeked);
            }
        }
        catch (Exception e) when (e is ArchiveException or InvalidDataException or EndOfStreamException or AdvisoryFormatException)
        {
            throw new AdvisoryFormatException($"{origin} cannot be understood: {e.Message}", e);
        }

        int Converted(FileStream database, DateTimeOffset? asOf)
        {
            using var writer = new JarTableWriter();
            TrivyJavaDatabase.Read(database, writer, cancel);
            if (writer.Count == 0)
                throw new AdvisoryFormatException("it names no JAR");
            writer.WriteTo(table, origin, asOf <= clock.GetUtcNow() ? asOf.Value : File.GetLastWriteTimeUtc(path), clock.GetUtcNow());
            using var written = JarTable.Open(table);
            return written.Count;
        }

        int FromTar(Stream stream)
        {
            DateTimeOffset? asOf = null;
            FileStream? database = null;
            try
            {
                using var tar = new TarReader(stream, s_limits);
                while (tar.Next() is { } entry)
                {
                    var name = entry.Name[(entry.Name.LastIndexOf('/') + 1)..];
                    if (entry.Kind == TarEntryKind.File && name == Database && database is null)
                        database = Kept(new TarEntryStream(tar), table, cancel);
                    else if (entry.Kind == TarEntryKind.File && name == About && entry.Size <= LargestAbout)
                    {
                        using var text = new MemoryStream();
                        new TarEntryStream(tar).CopyTo(text);
                        asOf = UpdatedAt(text.ToArray());
                    }
                }
                return database is not null ? Converted(database, asOf) : throw new AdvisoryFormatException($"there is no {Database} in it");
            }
            finally
            {
                database?.Dispose();
            }
        }
    }

    // Checked before it takes the place of another.
    private static int Copied(string path, string table)
    {
        using var other = JarTable.Open(path);
        other.Verify();
        using var source = File.OpenRead(path);
        MappedFile.Replace(table, source.CopyTo);
        return other.Count;
    }

    private static Stream Unpacked(FileStream file)
    {
        Span<byte> head = stackalloc byte[2];
        var read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return head[..read] is [0x1f, 0x8b] ? new GZipStream(file, CompressionMode.Decompress, leaveOpen: true) : file;
    }

    private static bool IsTar(ReadOnlySpan<byte> head) => head.Length == HeadBytes && head[TarMarkOffset..].StartsWith("ustar"u8);

    // Where there has to be room for the table anyway.
    private static FileStream Kept(Stream stream, string table, CancellationToken cancel)
    {
        var file = TemporaryFile.Open(Path.GetDirectoryName(Path.GetFullPath(table))!);
        try
        {
            var buffer = new byte[256 << 10];
            while (stream.Read(buffer) is var read and > 0)
            {
                cancel.ThrowIfCancellationRequested();
                if (file.Length + read > LargestDatabase)
                    throw new AdvisoryFormatException($"it is larger than {LargestDatabase >> 30} GiB");
                file.Write(buffer, 0, read);
            }
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static DateTimeOffset? AboutBeside(string path)
    {
        var about = Path.Combine(Path.GetDirectoryName(path) ?? "", About);
        return new FileInfo(about) is { Exists: true, Length: <= LargestAbout } ? UpdatedAt(File.ReadAllBytes(about)) : null;
    }

    private static DateTimeOffset? UpdatedAt(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("UpdatedAt", out var value)
                && value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var time) ? time : null;
        }
        catch (JsonException)
        {
            // Then it is as old as its file.
            return null;
        }
    }
}
