using System.Formats.Tar;
using System.Text;

namespace Bulwark.Images.Tests.Harness;

/// <summary>Writes tars with the framework's own writer, so that our reader is not judged by ourselves.</summary>
internal sealed class Tar : IDisposable
{
    private readonly MemoryStream _stream = new();
    private readonly TarWriter _writer;

    public Tar(TarEntryFormat format = TarEntryFormat.Pax) => _writer = new(_stream, format, leaveOpen: true);

    public static UnixFileMode Mode(string octal) => (UnixFileMode)Convert.ToInt32(octal, 8);

    public Tar File(string path, string content, string mode = "644", int uid = 0) => File(path, Encoding.UTF8.GetBytes(content), mode, uid);

    public Tar File(string path, byte[] content, string mode = "644", int uid = 0)
    {
        _writer.WriteEntry(new PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, path)
        {
            Mode = Mode(mode),
            ModificationTime = DateTimeOffset.UnixEpoch,
            Uid = uid,
            DataStream = new MemoryStream(content),
        });
        return this;
    }

    public Tar Directory(string path) => Link(path, "", TarEntryType.Directory);

    public Tar Link(string path, string target, TarEntryType type = TarEntryType.SymbolicLink)
    {
        var entry = new PaxTarEntry(type, path) { Mode = Mode("755"), ModificationTime = DateTimeOffset.UnixEpoch };
        if (target.Length > 0)
            entry.LinkName = target;
        _writer.WriteEntry(entry);
        return this;
    }

    public Tar Whiteout(string path) => File($"{Path.GetDirectoryName(path)}/.wh.{Path.GetFileName(path)}".TrimStart('/'), "");

    public void Dispose() => _writer.Dispose();

    public byte[] ToArray()
    {
        _writer.Dispose();
        return _stream.ToArray();
    }
}
