using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Bulwark.Images.Files;

namespace Bulwark.Images.Archives;

/// <summary>
/// Reads a tar archive (ustar, GNU and PAX headers, as described in POSIX.1-2017 "pax" and in the GNU tar manual, "Basic tar format")
/// from front to back. The framework's own reader takes as much memory as a header asks for, which a hostile image could use; this one
/// checks every size against <see cref="ArchiveLimits"/> first.
/// </summary>
public sealed class TarReader(Stream stream, ArchiveLimits limits) : IDisposable
{
    private const int BlockBytes = 512;

    private readonly byte[] _block = new byte[BlockBytes];
    private readonly byte[] _discard = ArrayPool<byte>.Shared.Rent(64 << 10);
    private long _left;
    private int _padding;
    private bool _ended;

    /// <summary>Headers read so far.</summary>
    public int Entries { get; private set; }

    /// <summary>Goes to the next entry, past what is unread of this one. Null at the archive's end.</summary>
    /// <exception cref="ArchiveException">The archive is damaged or goes beyond a limit.</exception>
    public TarEntry? Next()
    {
        if (_ended)
            return null;
        Skip(_left);
        Skip(_padding);
        (_left, _padding) = (0, 0);
        var extended = new ExtendedHeader();
        while (true)
        {
            // An archive that just stops between two entries lacks only its trailer; tar itself accepts that too.
            if (!ReadBlock(mayEnd: true) || _block.AsSpan().IndexOfAnyExcept((byte)0) < 0)
            {
                _ended = true;
                return null;
            }
            if (++Entries > limits.Entries)
                throw new ArchiveException($"it has more than {limits.Entries} entries");
            if (!HasRightSum())
                throw Entries == 1 ? NoTar() : new ArchiveException("a header's checksum is wrong");
            var size = Number(124, 12);
            if (size < 0)
                throw new ArchiveException("an entry has a negative size");
            switch (_block[156])
            {
                case (byte)'x':
                    extended.AddPax(Content(size), limits.PathBytes);
                    break;
                case (byte)'g':
                    // Global headers say nothing that matters here (git writes a comment), but must be stepped over.
                    _ = Content(size);
                    break;
                case (byte)'L':
                    extended.Path ??= Text(Content(size));
                    break;
                case (byte)'K':
                    extended.LinkTarget ??= Text(Content(size));
                    break;
                default:
                    return Begin(extended, extended.Size ?? size);
            }
        }
    }

    /// <summary>Reads on in the content of the current entry; 0 at its end.</summary>
    public int Read(Span<byte> buffer)
    {
        if (_left == 0 || buffer.IsEmpty)
            return 0;
        var read = stream.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
        if (read == 0)
            throw Truncated();
        _left -= read;
        return read;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_discard);

    private TarEntry Begin(ExtendedHeader extended, long size)
    {
        var kind = Kind(_block[156]);
        // Some of such a file is left out, and where the rest belongs is told elsewhere: what follows is not what is in it.
        if (extended.IsSparse && kind == TarEntryKind.File)
            kind = TarEntryKind.Unknown;
        // Links and directories have no content, whatever the header says (old writers put the target's size there).
        _left = kind is TarEntryKind.File or TarEntryKind.Unknown ? size : 0;
        _padding = (int)(-_left & (BlockBytes - 1));
        var name = extended.Path ?? Name();
        // A trailing slash is how the oldest archives mark a directory.
        if (kind == TarEntryKind.File && name.EndsWith('/') && size == 0)
            kind = TarEntryKind.Directory;
        return new(
            name, kind, (UnixFileMode)(Number(100, 8) & 0xFFF), Number(108, 8), Number(116, 8), _left,
            kind is TarEntryKind.HardLink or TarEntryKind.SymbolicLink ? extended.LinkTarget ?? Text(_block.AsSpan(157, 100)) : "",
            extended.Capabilities);
    }

    private static TarEntryKind Kind(byte flag) => flag switch
    {
        (byte)'0' or 0 or (byte)'7' => TarEntryKind.File,
        (byte)'1' => TarEntryKind.HardLink,
        (byte)'2' => TarEntryKind.SymbolicLink,
        (byte)'3' => TarEntryKind.CharacterDevice,
        (byte)'4' => TarEntryKind.BlockDevice,
        (byte)'5' => TarEntryKind.Directory,
        (byte)'6' => TarEntryKind.Pipe,
        _ => TarEntryKind.Unknown,
    };

    private string Name()
    {
        var name = Text(_block.AsSpan(0, 100));
        // Only POSIX headers have a prefix; GNU's keep times in its place.
        if (!_block.AsSpan(257, 6).SequenceEqual("ustar\0"u8) || _block[345] == 0)
            return name;
        return $"{Text(_block.AsSpan(345, 155))}/{name}";
    }

    private string Text(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        if (end >= 0)
            bytes = bytes[..end];
        return bytes.Length <= limits.PathBytes
            ? Encoding.UTF8.GetString(bytes)
            : throw new ArchiveException($"a path is longer than {limits.PathBytes} bytes");
    }

    private long Number(int offset, int length) => TryNumber(offset, length, out var number)
        ? number
        : throw new ArchiveException("a number in a header is not octal");

    /// <summary>An octal number, or GNU's big-endian binary one (first bit set).</summary>
    private bool TryNumber(int offset, int length, out long number)
    {
        var field = _block.AsSpan(offset, length);
        if ((field[0] & 0x80) != 0)
        {
            number = (field[0] & 0x40) != 0 ? -1 : 0;
            foreach (var digit in field[Math.Max(1, length - 8)..])
                number = number << 8 | digit;
            return true;
        }
        number = 0;
        foreach (var digit in field.Trim((byte)' ').TrimEnd((byte)0).Trim((byte)' '))
        {
            if (digit is < (byte)'0' or > (byte)'7')
                return false;
            number = number << 3 | (uint)(digit - '0');
        }
        return true;
    }

    // Old tars summed signed bytes; both sums are in use.
    private bool HasRightSum()
    {
        int unsigned = 0, signed = 0;
        for (var at = 0; at < BlockBytes; at++)
        {
            var value = at is >= 148 and < 156 ? (byte)' ' : _block[at];
            unsigned += value;
            signed += (sbyte)value;
        }
        return TryNumber(148, 8, out var expected) && (expected == unsigned || expected == signed);
    }

    private byte[] Content(long size)
    {
        if (size > limits.ExtendedHeaderBytes)
            throw new ArchiveException($"an extended header is larger than {limits.ExtendedHeaderBytes} bytes");
        var content = new byte[size];
        if (stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) < content.Length)
            throw Truncated();
        Skip(-size & (BlockBytes - 1));
        return content;
    }

    private bool ReadBlock(bool mayEnd)
    {
        var read = stream.ReadAtLeast(_block, BlockBytes, throwOnEndOfStream: false);
        return read == BlockBytes || (read == 0 && mayEnd ? false : throw (Entries == 0 ? NoTar() : Truncated()));
    }

    private void Skip(long bytes)
    {
        if (bytes > 0 && stream.CanSeek)
        {
            if (stream.Length - stream.Position < bytes)
                throw Truncated();
            stream.Position += bytes;
            return;
        }
        while (bytes > 0)
        {
            var read = stream.Read(_discard, 0, (int)Math.Min(bytes, _discard.Length));
            if (read == 0)
                throw Truncated();
            bytes -= read;
        }
    }

    private static ArchiveException NoTar() => new("it is no tar archive");

    private static ArchiveException Truncated() => new("it ends in the middle of an entry");

    /// <summary>What headers before an entry's own said about it.</summary>
    private struct ExtendedHeader
    {
        public string? Path;
        public string? LinkTarget;
        public long? Size;
        public ulong Capabilities;
        public bool IsSparse;
        private string? _sparseName;

        // Records are "LENGTH KEY=VALUE\n", and LENGTH counts itself.
        public void AddPax(ReadOnlySpan<byte> records, int longestPath)
        {
            while (!records.IsEmpty)
            {
                var blank = records.IndexOf((byte)' ');
                if (blank is < 1 or > 8 || !Utf8Parser.TryParse(records[..blank], out int length, out var used) || used != blank
                    || length <= blank + 1 || length > records.Length)
                    throw new ArchiveException("an extended header is damaged");
                var record = records[(blank + 1)..length].TrimEnd((byte)'\n');
                records = records[length..];
                var equals = record.IndexOf((byte)'=');
                if (equals < 0)
                    throw new ArchiveException("an extended header is damaged");
                Set(record[..equals], record[(equals + 1)..], longestPath);
            }
        }

        private void Set(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, int longestPath)
        {
            if (key.SequenceEqual("path"u8))
                Path = _sparseName is null ? Checked(value, longestPath) : Path;
            else if (key.StartsWith("GNU.sparse."u8))
            {
                IsSparse = true;
                // The path in the header is a made-up one then (GNU tar manual, "PAX Format, Versions 0.1 and 1.0").
                if (key.SequenceEqual("GNU.sparse.name"u8))
                    Path = _sparseName = Checked(value, longestPath);
            }
            else if (key.SequenceEqual("linkpath"u8))
                LinkTarget = Checked(value, longestPath);
            else if (key.SequenceEqual("SCHILY.xattr.security.capability"u8))
                Capabilities = FileCapabilities.Parse(value);
            else if (key.SequenceEqual("size"u8))
            {
                Size = Utf8Parser.TryParse(value, out long size, out var used) && used == value.Length && size >= 0
                    ? size
                    : throw new ArchiveException("an extended header has a bad size");
            }
        }

        private static string Checked(ReadOnlySpan<byte> value, int longest) => value.Length <= longest && !value.Contains((byte)0)
            ? Encoding.UTF8.GetString(value)
            : throw new ArchiveException("an extended header has a bad path");
    }
}
