using System.Text;
using Bulwark.Kernel;
using Bulwark.Kernel.Layout;

namespace Bulwark.Agent.Observing;

/// <summary>From the kernel's numbers of executables to their paths. Belongs to the observing thread.</summary>
internal sealed class ExecutableNames(KernelPrograms kernel)
{
    private const int Most = 16384;

    private readonly Dictionary<uint, string> _paths = [];

    /// <summary>The path, or empty when it is not known.</summary>
    public string Find(uint number)
    {
        if (number == 0)
            return "";
        if (_paths.TryGetValue(number, out var path))
            return path;
        if (!kernel.ExecutablePaths.TryGet(number, out var found))
            return "";
        if (_paths.Count >= Most)
            _paths.Clear();
        var bytes = (ReadOnlySpan<byte>)found.Path;
        path = Printable(Encoding.UTF8.GetString(bytes[..(int)Math.Min(found.Length, ExecutablePath.PathLength)]));
        return _paths[number] = path;
    }

    // A file's name is the container's to choose: it must not move a reader's cursor.
    private static string Printable(string path) =>
        path.Any(char.IsControl) ? string.Concat(path.Select(c => char.IsControl(c) ? '?' : c)) : path;
}
