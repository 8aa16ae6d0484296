using System.Buffers.Binary;
using System.Text;

namespace Bulwark.Cli.Hosting.Demo;

/// <summary>Reads which program loads an executable (elf(5), PT_INTERP): the kernel starts that one, by this very path.</summary>
internal static class ElfInterpreter
{
    private const int HeaderLength = 64;
    private const int ProgramHeadersAt = 32;
    private const int ProgramHeaderSizeAt = 54;
    private const int ProgramHeaderCountAt = 56;
    private const int OffsetAt = 8;
    private const int FileSizeAt = 32;
    private const uint Interpreter = 3;

    /// <summary>The path, or null if the executable needs no loader.</summary>
    /// <exception cref="InvalidDataException">It is no 64-bit little-endian ELF file.</exception>
    public static string? Read(Stream executable)
    {
        var header = new byte[HeaderLength];
        executable.ReadExactly(header);
        if (!header.AsSpan().StartsWith("\x7f\x45LF\x02\x01"u8))
            throw new InvalidDataException("The executable is no 64-bit little-endian ELF file.");
        var size = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(ProgramHeaderSizeAt));
        var table = new byte[size * BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(ProgramHeaderCountAt))];
        executable.Position = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(ProgramHeadersAt));
        executable.ReadExactly(table);
        for (var at = 0; at < table.Length; at += size)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(table.AsSpan(at)) != Interpreter)
                continue;
            var path = new byte[BinaryPrimitives.ReadInt64LittleEndian(table.AsSpan(at + FileSizeAt))];
            executable.Position = BinaryPrimitives.ReadInt64LittleEndian(table.AsSpan(at + OffsetAt));
            executable.ReadExactly(path);
            return Encoding.UTF8.GetString(path).TrimEnd('\0');
        }
        return null;
    }
}
