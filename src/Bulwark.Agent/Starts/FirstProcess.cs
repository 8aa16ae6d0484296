using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Bulwark.Agent.Starts;

/// <summary>A process by an open file of proc(5), which stands for this process even when another one gets its number.</summary>
internal sealed class FirstProcess : IFirstProcess
{
    private readonly SafeFileHandle _file;

    private FirstProcess(int id, SafeFileHandle file) => (Id, _file) = (id, file);

    public int Id { get; }

    public bool IsThere
    {
        get
        {
            Span<byte> some = stackalloc byte[8];
            try
            {
                return RandomAccess.Read(_file, some, 0) > 0;
            }
            catch (IOException)
            {
                return false; // ESRCH
            }
        }
    }

    /// <exception cref="IOException">There is no such process.</exception>
    public static FirstProcess Open(int id) =>
        new(id, File.OpenHandle(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"), share: FileShare.ReadWrite | FileShare.Delete));

    public void Dispose() => _file.Dispose();
}
