using System.Buffers.Binary;
using System.IO.Hashing;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Bulwark.Images.Advisories.Store;

/// <summary>
/// A file that is read in place. It begins with eight bytes that say what it is, the last of them its format's version; then its length and
/// the XxHash128 of all but these sixteen bytes. The checksum is there to notice damage, not to keep out somebody who may write the file.
/// </summary>
internal sealed unsafe partial class MappedFile : IDisposable
{
    public const int LengthOffset = 8;
    public const int ChecksumOffset = 16;
    public const int ChecksumBytes = 16;

    /// <summary>Offsets are kept in 31 bits where they are read.</summary>
    public const long LargestBytes = int.MaxValue;

    private const int MarkBytes = 8;
    private const int NotNeeded = 4; // MADV_DONTNEED

    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _bytes;
    private readonly int _length;
    private bool _disposed;

    private MappedFile(MemoryMappedFile map, MemoryMappedViewAccessor view, byte* bytes, int length)
    {
        _map = map;
        _view = view;
        _bytes = bytes;
        _length = length;
    }

    public ReadOnlySpan<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return new(_bytes, _length);
        }
    }

    /// <summary>Whether the sum in it is that of what is in it; reads all of it, and gives the memory back.</summary>
    public bool HasRightSum()
    {
        var isRight = Bytes.Slice(ChecksumOffset, ChecksumBytes).SequenceEqual(Sum(Bytes).GetCurrentHash());
        // It stays in the page cache, but counts as this process's only as far as it is looked at again. If it fails, it counts.
        _ = Advise(_bytes, (nuint)_length, NotNeeded);
        return isRight;
    }

    /// <summary>Whether a file begins with a mark, of whatever version.</summary>
    public static bool IsOne(string path, ReadOnlySpan<byte> mark)
    {
        using var file = File.OpenRead(path);
        Span<byte> head = stackalloc byte[MarkBytes - 1];
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.SequenceEqual(mark[..(MarkBytes - 1)]);
    }

    /// <summary>Opens a file with this mark, of this version, that is as long as it says.</summary>
    /// <param name="what">What is in it, for people: <c>advisories</c>.</param>
    /// <param name="headerBytes">What it must have at least.</param>
    /// <param name="remake">The command that makes it anew.</param>
    /// <exception cref="AdvisoryFileException">There is none, it is of another version, or it is damaged.</exception>
    public static MappedFile Open(string path, ReadOnlySpan<byte> mark, string what, int headerBytes, string remake)
    {
        MemoryMappedFile? map = null;
        MemoryMappedViewAccessor? view = null;
        MappedFile? file = null;
        try
        {
            var length = new FileInfo(path).Length;
            if (length < headerBytes || length > LargestBytes)
                throw Damaged(path, "its length is impossible", remake);
            map = MemoryMappedFile.CreateFromFile(
                new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1), null, 0,
                MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            byte* bytes = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref bytes);
            file = new(map, view, bytes, (int)length);
            if (!file.Bytes[..(MarkBytes - 1)].SequenceEqual(mark[..(MarkBytes - 1)]))
                throw new AdvisoryFileException($"{path} is no file of {what}", remake);
            if (file.Bytes[MarkBytes - 1] != mark[MarkBytes - 1])
                throw new AdvisoryFileException($"{path} is of format {file.Bytes[MarkBytes - 1]}, and this is Bulwark for format {mark[MarkBytes - 1]}", remake);
            return BinaryPrimitives.ReadInt64LittleEndian(file.Bytes[LengthOffset..]) == length ? file : throw Damaged(path, "it is not as long as it says", remake);
        }
        catch (Exception e)
        {
            if (file is not null)
                file.Dispose();
            else
            {
                view?.Dispose();
                map?.Dispose();
            }
            throw e switch
            {
                FileNotFoundException or DirectoryNotFoundException => new AdvisoryFileException($"there are no {what}: {path} does not exist", remake, e),
                UnauthorizedAccessException => new AdvisoryFileException($"the {what} may not be read: {path}", "use --advisories PATH, or run it as root", e),
                IOException => new AdvisoryFileException($"the {what} cannot be read: {e.Message}", remake, e),
                _ => e,
            };
        }
    }

    /// <summary>Writes a file, whole or not at all: a reader sees the old or the new one.</summary>
    public static void Replace(string path, Action<FileStream> write)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.new";
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Why a damaged file is not used.</summary>
    public static AdvisoryFileException Damaged(string path, string reason, string remake) => new($"{path} is damaged: {reason}", remake);

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(byte* address, nuint length, int advice);

    /// <summary>Begins the sum of a file with its first bytes, or all of them: what has the sum's own place in them does not count.</summary>
    public static XxHash128 Sum(ReadOnlySpan<byte> beginning)
    {
        var hash = new XxHash128();
        hash.Append(beginning[..ChecksumOffset]);
        hash.Append(beginning[(ChecksumOffset + ChecksumBytes)..]);
        return hash;
    }
}
