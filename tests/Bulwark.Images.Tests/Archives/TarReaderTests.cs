using System.Formats.Tar;
using System.Text;
using Bulwark.Images.Archives;
using Bulwark.Images.Files;
using CsCheck;
using TarReader = Bulwark.Images.Archives.TarReader;

namespace Bulwark.Images.Tests.Archives;

public sealed class TarReaderTests
{
    private static readonly Gen<string> s_name = Gen.Char["abcxyz._-äβ 1"].Array[1, 60].Select(letters => new string(letters));
    private static readonly Gen<(string Path, byte[] Content)> s_file =
        Gen.Select(s_name.Array[1, 6].Select(parts => string.Join('/', parts)), Gen.Byte.Array[0, 2000]);

    [Fact]
    public void What_the_frameworks_writer_wrote_is_read_back_in_every_format() =>
        Gen.Select(Gen.Enum<TarEntryFormat>().Where(format => format != TarEntryFormat.Unknown), s_file.Array[0, 8])
            .Sample((format, files) =>
            {
                // The older formats have no room for long names, and say so when they are written.
                if (format is TarEntryFormat.Ustar or TarEntryFormat.V7)
                    files = [.. files.Where(file => Encoding.UTF8.GetByteCount(file.Path) < 100)];
                var stream = new MemoryStream();
                using (var writer = new TarWriter(stream, format, leaveOpen: true))
                {
                    foreach (var (path, content) in files)
                    {
                        System.Formats.Tar.TarEntry entry = format switch
                        {
                            TarEntryFormat.Pax => new PaxTarEntry(TarEntryType.RegularFile, path),
                            TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, path),
                            TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, path),
                            _ => new V7TarEntry(TarEntryType.V7RegularFile, path),
                        };
                        entry.DataStream = new MemoryStream(content);
                        writer.WriteEntry(entry);
                    }
                }
                stream.Position = 0;
                var read = ReadAll(stream);
                return files.Length == read.Count && files.Zip(read).All(pair =>
                    pair.First.Path == pair.Second.Entry.Name && pair.First.Content.AsSpan().SequenceEqual(pair.Second.Content));
            });

    [Fact]
    public void Random_damage_never_ends_in_anything_but_an_archive_exception() =>
        Gen.Select(s_file.Array[1, 4], Gen.Int[0, 20_000].Array[1, 20], Gen.Byte).Sample((files, places, value) =>
        {
            var bytes = files.Aggregate(new Harness.Tar(), (tar, file) => tar.File(file.Path, file.Content)).ToArray();
            foreach (var place in places)
                bytes[place % bytes.Length] = value;
            try
            {
                ReadAll(new MemoryStream(bytes));
            }
            catch (ArchiveException)
            {
            }
        });

    [Fact]
    public void Owner_mode_kind_link_and_capabilities_come_from_the_header()
    {
        var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, leaveOpen: true))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "bin/ping", [new("SCHILY.xattr.security.capability", "x")])
            {
                Mode = (UnixFileMode)Convert.ToInt32("4755", 8),
                Uid = 3,
                Gid = 7,
                DataStream = new MemoryStream([1, 2, 3]),
            });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "bin/p") { LinkName = "ping" });
        }
        stream.Position = 0;

        var entries = ReadAll(stream).Select(read => read.Entry).ToList();

        Assert.Equal(new("bin/ping", TarEntryKind.File, (UnixFileMode)Convert.ToInt32("4755", 8), 3, 7, 3, "", FileCapabilities.Unknown), entries[0]);
        Assert.Equal((TarEntryKind.SymbolicLink, "ping"), (entries[1].Kind, entries[1].LinkTarget));
    }

    [Theory]
    [InlineData(100_000_000L)]
    [InlineData(long.MaxValue)]
    public void A_header_that_asks_for_much_memory_gets_none(long size)
    {
        // An extended header of that many zeros costs an attacker a few kilobytes of gzip.
        var exception = Assert.Throws<ArchiveException>(() => ReadAll(new MemoryStream(Header("x", 'x', size))));

        Assert.Contains("extended header", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_number_of_entries_is_limited()
    {
        var tar = Enumerable.Range(0, 101).Aggregate(new Harness.Tar(), (tar, number) => tar.File($"{number}", "")).ToArray();
        using var reader = new TarReader(new MemoryStream(tar), new() { Entries = 100 });

        Assert.Throws<ArchiveException>(() =>
        {
            while (reader.Next() is not null)
            {
            }
        });
    }

    [Fact]
    public void An_archive_that_ends_inside_an_entry_is_damaged()
    {
        var tar = new Harness.Tar().File("a", new byte[2000]).ToArray()[..1500];

        Assert.Throws<ArchiveException>(() => ReadAll(new MemoryStream(tar)));
        Assert.Throws<ArchiveException>(() => ReadAll(new Harness.Reading.OneWay(tar)));
    }

    [Fact]
    public void A_size_written_in_binary_is_understood()
    {
        var header = Header("a", '0', 0);
        header[124] = 0x80;
        header.AsSpan(125, 10).Clear();
        header[135] = 5;
        Seal(header);

        var read = Assert.Single(ReadAll(new MemoryStream([.. header, .. "hello"u8, .. new byte[507]])));

        Assert.Equal("hello"u8, read.Content);
    }

    private static byte[] Header(string name, char kind, long size)
    {
        var header = new byte[512];
        Encoding.UTF8.GetBytes(name, header);
        "0000644\0"u8.CopyTo(header.AsSpan(100));
        if (size < 1L << 33)
            Encoding.ASCII.GetBytes(Convert.ToString(size, 8).PadLeft(11, '0'), header.AsSpan(124));
        else
        {
            header[124] = 0x80;
            System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(128), size);
        }
        header[156] = (byte)kind;
        "ustar\0"u8.CopyTo(header.AsSpan(257));
        Seal(header);
        return header;
    }

    private static void Seal(byte[] header)
    {
        header.AsSpan(148, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(value => value), 8).PadLeft(6, '0') + "\0 ", header.AsSpan(148));
    }

    private static List<(Bulwark.Images.Archives.TarEntry Entry, byte[] Content)> ReadAll(Stream stream)
    {
        using var tar = new TarReader(stream, new());
        var all = new List<(Bulwark.Images.Archives.TarEntry, byte[])>();
        while (tar.Next() is { } entry)
        {
            var content = new MemoryStream();
            new TarEntryStream(tar).CopyTo(content);
            all.Add((entry, content.ToArray()));
        }
        return all;
    }
}
