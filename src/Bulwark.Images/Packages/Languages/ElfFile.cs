using System.Buffers.Binary;
using System.Text;
using Bulwark.Images.Archives;

namespace Bulwark.Images.Packages.Languages;

/// <summary>Finds sections of an ELF program by name (System V ABI, chapter 4); 32 and 64 bits, both byte orders.</summary>
internal sealed class ElfFile
{
    // The largest programs have some hundred sections.
    private const int MostSections = 20_000;
    private const int LargestNames = 4 << 20;

    // Entries of tables have 32 to 64 bytes, and may grow.
    private const int LargestEntry = 256;
    private const int LoadedSegment = 1;
    private const int ExecutableSegment = 1;

    private readonly Stream _stream;
    private readonly bool _is64;
    private readonly bool _isBigEndian;

    /// <exception cref="ArchiveException">It is no ELF file.</exception>
    public ElfFile(Stream stream)
    {
        _stream = stream;
        var identity = Read(0, 16);
        if (!IsOne(identity) || identity[4] is not (1 or 2) || identity[5] is not (1 or 2))
            throw new ArchiveException("it is no ELF program that is understood");
        _is64 = identity[4] == 2;
        _isBigEndian = identity[5] == 2;
    }

    public static bool IsOne(ReadOnlySpan<byte> head) => head is [0x7f, (byte)'E', (byte)'L', (byte)'F', ..];

    /// <summary>The sections of these names that there are.</summary>
    /// <exception cref="ArchiveException">Its tables lead out of the file.</exception>
    public Dictionary<string, byte[]> Sections(int largest, params ReadOnlySpan<string> wanted)
    {
        var found = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var header = Read(0, _is64 ? 64 : 52);
        var offset = Word(header, _is64 ? 40 : 32);
        var entryBytes = Half(header, _is64 ? 58 : 46);
        var (count, nameIndex) = (Half(header, _is64 ? 60 : 48), Half(header, _is64 ? 62 : 50));
        if (offset == 0 || count == 0)
            return found;
        if (count > MostSections || nameIndex >= count || entryBytes < (_is64 ? 64 : 40) || entryBytes > LargestEntry)
            throw new ArchiveException("its table of sections is damaged");
        var table = Read(offset, count * entryBytes);
        var names = Section(table.AsSpan(nameIndex * entryBytes, entryBytes), LargestNames);
        for (var index = 0; index < count; index++)
        {
            var entry = table.AsSpan(index * entryBytes, entryBytes);
            var start = Int(entry, 0);
            if (start < 0 || start >= names.Length)
                continue;
            foreach (var name in wanted)
            {
                // A name may go on for megabytes, and every section may have it.
                if (IsAt(names.AsSpan(start), name) && !found.ContainsKey(name))
                    found[name] = Section(entry, largest);
            }
        }
        return found;
    }

    /// <summary>The first bytes of the part that is run (a segment that is loaded and executable), as many as there is room for.</summary>
    /// <returns>How many they are; 0 if there is no such part.</returns>
    /// <exception cref="ArchiveException">Its tables lead out of the file.</exception>
    public int Code(Span<byte> code)
    {
        var header = Read(0, _is64 ? 64 : 52);
        var offset = Word(header, _is64 ? 32 : 28);
        var (entryBytes, count) = (Half(header, _is64 ? 54 : 42), Half(header, _is64 ? 56 : 44));
        if (offset == 0 || count == 0 || entryBytes < (_is64 ? 56 : 32))
            return 0;
        if (entryBytes > LargestEntry)
            throw new ArchiveException("its table of segments is damaged");
        var table = Read(offset, count * entryBytes);
        for (var index = 0; index < count; index++)
        {
            var entry = table.AsSpan(index * entryBytes, entryBytes);
            if (Int(entry, 0) == LoadedSegment && (Int(entry, _is64 ? 4 : 24) & ExecutableSegment) != 0)
            {
                var length = (int)Math.Min(code.Length, Word(entry, _is64 ? 32 : 16));
                Read(Word(entry, _is64 ? 8 : 4), code[..length]);
                return length;
            }
        }
        return 0;
    }

    private static bool IsAt(ReadOnlySpan<byte> names, string name) => names.Length >= name.Length && Ascii.Equals(names[..name.Length], name)
        && (names.Length == name.Length || names[name.Length] == 0);

    private byte[] Section(ReadOnlySpan<byte> entry, int largest)
    {
        var size = Word(entry, _is64 ? 32 : 20);
        return size <= largest ? Read(Word(entry, _is64 ? 24 : 16), (int)size) : throw new ArchiveException("a section is larger than is reasonable");
    }

    private byte[] Read(long offset, int length)
    {
        CheckPlace(offset, length);
        var bytes = new byte[length];
        Read(offset, bytes.AsSpan());
        return bytes;
    }

    private void Read(long offset, Span<byte> bytes)
    {
        CheckPlace(offset, bytes.Length);
        _stream.Position = offset;
        _stream.ReadExactly(bytes);
    }

    // Before any memory is taken for it.
    private void CheckPlace(long offset, int length)
    {
        if (offset < 0 || offset > _stream.Length - length)
            throw new ArchiveException("its tables lead out of the file");
    }

    private long Word(ReadOnlySpan<byte> bytes, int offset)
    {
        var value = _is64
            ? (_isBigEndian ? BinaryPrimitives.ReadInt64BigEndian(bytes[offset..]) : BinaryPrimitives.ReadInt64LittleEndian(bytes[offset..]))
            : (uint)Int(bytes, offset);
        return value >= 0 ? value : throw new ArchiveException("its tables lead out of the file");
    }

    private int Int(ReadOnlySpan<byte> bytes, int offset) =>
        _isBigEndian ? BinaryPrimitives.ReadInt32BigEndian(bytes[offset..]) : BinaryPrimitives.ReadInt32LittleEndian(bytes[offset..]);

    private int Half(ReadOnlySpan<byte> bytes, int offset) =>
        _isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes[offset..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);
}
