using System.Buffers.Binary;
using System.Text;
using Bulwark.Images.Advisories.Store;
using Bulwark.Images.Packages;

namespace Bulwark.Images.Jars;

/// <summary>
/// Which Maven package a JAR is, by its SHA-1 (<see cref="JarTableFormat"/>): for JARs that do not say it themselves. Lies beside the advisories.
/// </summary>
public sealed class JarTable : IDisposable
{
    internal const string Remake = "bulwark advisories import trivy-java.db";

    private readonly MappedFile _file;
    private readonly string _path;
    private readonly int _jars;
    private readonly int _strings;
    private readonly int _stringsLength;

    private JarTable(MappedFile file, string path)
    {
        _file = file;
        _path = path;
        var header = file.Bytes[..JarTableFormat.HeaderBytes];
        Written = Time(header[32..]);
        AsOf = Time(header[40..]);
        Count = BinaryPrimitives.ReadInt32LittleEndian(header[48..]);
        _jars = Offset(header[56..]);
        _strings = Offset(header[64..]);
        _stringsLength = Offset(header[72..]);
        if (Count < 0 || Count * (long)JarTableFormat.JarBytes + _jars > file.Bytes.Length || (long)_strings + _stringsLength > file.Bytes.Length)
            throw Damaged("it counts more than it has");
        Origin = Encoding.UTF8.GetString(Text(header[52..]));
    }

    /// <summary>How many JARs it knows.</summary>
    public int Count { get; }

    public DateTimeOffset Written { get; }

    /// <summary>When its content was true.</summary>
    public DateTimeOffset AsOf { get; }

    /// <summary>File that it was imported from.</summary>
    public string Origin { get; }

    /// <summary>Where the table belongs that goes with a file of advisories.</summary>
    public static string PathBeside(string advisories) => $"{advisories}.jars";

    /// <summary>Opens a table, without reading all of it: what is damaged shows where it is looked at, or by <see cref="Verify"/>.</summary>
    /// <exception cref="AdvisoryFileException">There is none, it is of another version, or it is damaged.</exception>
    public static JarTable Open(string path)
    {
        var file = MappedFile.Open(path, JarTableFormat.Mark, "JARs", JarTableFormat.HeaderBytes, Remake);
        try
        {
            return new(file, path);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads all of it, and compares it with its checksum.</summary>
    /// <exception cref="AdvisoryFileException">It is damaged.</exception>
    public void Verify()
    {
        if (!_file.HasRightSum())
            throw Damaged("its checksum is wrong");
    }

    /// <summary>The Maven package that is a JAR with this digest; null if the table has none.</summary>
    /// <param name="sha1">The first sixteen bytes of its SHA-1.</param>
    /// <exception cref="AdvisoryFileException">It is damaged there.</exception>
    public Package? Find(UInt128 sha1)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            if (BinaryPrimitives.ReadUInt128BigEndian(JarAt(middle)) < sha1)
                low = middle + 1;
            else
                high = middle;
        }
        if (low == Count)
            return null;
        var jar = JarAt(low);
        if (BinaryPrimitives.ReadUInt128BigEndian(jar) != sha1)
            return null;
        var name = Text(jar[16..]);
        var version = Text(jar[20..]);
        if (name.Length > JarTableFormat.LongestText || version.Length > JarTableFormat.LongestText
            || JarTableFormat.Check(jar, name, version) != BinaryPrimitives.ReadUInt32LittleEndian(jar[24..]))
            throw Damaged("what it says of a JAR is not what was written");
        return new(PackageKind.Maven, Encoding.UTF8.GetString(name), Encoding.UTF8.GetString(version));
    }

    public void Dispose() => _file.Dispose();

    private ReadOnlySpan<byte> JarAt(int index) => _file.Bytes.Slice(_jars + index * JarTableFormat.JarBytes, JarTableFormat.JarBytes);

    private ReadOnlySpan<byte> Text(ReadOnlySpan<byte> offset)
    {
        var strings = _file.Bytes.Slice(_strings, _stringsLength);
        var at = BinaryPrimitives.ReadUInt32LittleEndian(offset);
        if (at >= strings.Length)
            throw Damaged("a text lies outside of it");
        strings = strings[(int)at..];
        var length = 0;
        for (var index = 0; index < 3 && index < strings.Length; index++)
        {
            length |= (strings[index] & 0x7f) << 7 * index;
            if (strings[index] < 0x80)
                return index + 1 + length <= strings.Length ? strings.Slice(index + 1, length) : throw Damaged("a text leads out of it");
        }
        throw Damaged("a text has an impossible length");
    }

    private AdvisoryFileException Damaged(string reason) => MappedFile.Damaged(_path, reason, Remake);

    private int Offset(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt64LittleEndian(bytes) is >= 0 and <= int.MaxValue and var offset
        ? (int)offset : throw Damaged("it names an impossible place");

    private DateTimeOffset Time(ReadOnlySpan<byte> bytes)
    {
        var milliseconds = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        return milliseconds >= 0 && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : throw Damaged("it names an impossible time");
    }
}
