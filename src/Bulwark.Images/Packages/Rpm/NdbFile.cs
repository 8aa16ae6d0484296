using System.Buffers.Binary;
using Bulwark.Images.Archives;
using Bulwark.Images.Databases;

namespace Bulwark.Images.Packages.Rpm;

/// <summary>
/// Reads the blobs of rpm's own database format (<c>Packages.db</c>, SUSE's since 15.3): a header, slots that say where each package
/// lies, and the blobs, all counted in blocks of 16 bytes, all numbers little endian.
/// </summary>
internal sealed class NdbFile
{
    private const int HeaderBytes = 32;
    private const int SlotBytes = 16;
    private const int BlockBytes = 16;
    private const int PageBytes = 4096;
    private const int BlobHeadBytes = 16;
    private const int MostSlotPages = 16_384;

    private readonly PagedFile _file;
    private readonly uint _slotPages;

    /// <exception cref="ArchiveException">It is no such file.</exception>
    public NdbFile(PagedFile file)
    {
        _file = file;
        var header = file.Read(0, Math.Min(HeaderBytes, file.Length));
        if (!IsOne(header))
            throw new ArchiveException("it is no rpm database");
        if (Word(header, 4) != 0)
            throw new ArchiveException($"it is of version {Word(header, 4)}, which is not known");
        _slotPages = Word(header, 12);
        if (_slotPages is 0 or > MostSlotPages)
            throw new ArchiveException("it has an impossible number of slots");
    }

    public static bool IsOne(ReadOnlySpan<byte> head) => head.Length >= HeaderBytes && head.StartsWith("RpmP"u8);

    /// <exception cref="ArchiveException">It is damaged.</exception>
    public IEnumerable<byte[]> Values(int largest)
    {
        for (var number = 0u; number < _slotPages; number++)
        {
            var page = _file.Read((long)number * PageBytes, PageBytes);
            // The header takes the place of the first slots.
            for (var at = number == 0 ? HeaderBytes : 0; at < PageBytes; at += SlotBytes)
            {
                if (!page.AsSpan(at).StartsWith("Slot"u8))
                    throw new ArchiveException("a slot is damaged");
                var (package, block) = (Word(page, at + 4), Word(page, at + 8));
                if (package != 0)
                    yield return Blob(package, block, largest);
            }
        }
    }

    private byte[] Blob(uint package, uint block, int largest)
    {
        var head = _file.Read((long)block * BlockBytes, BlobHeadBytes);
        var length = Word(head, 12);
        if (!head.AsSpan().StartsWith("BlbS"u8) || Word(head, 4) != package)
            throw new ArchiveException("a slot leads to no package");
        if (length > largest)
            throw new ArchiveException("a value is larger than is reasonable");
        _file.Take(length);
        return _file.Read((long)block * BlockBytes + BlobHeadBytes, length);
    }

    private static uint Word(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);
}
