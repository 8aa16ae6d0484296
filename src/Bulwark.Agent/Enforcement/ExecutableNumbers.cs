using System.Text;
using Bulwark.Kernel;
using Bulwark.Kernel.Layout;

namespace Bulwark.Agent.Enforcement;

/// <summary>The kernel's numbers for executables that are in policies: they stay for good.</summary>
internal sealed class ExecutableNumbers(KernelPrograms kernel)
{
    // The kernel gives out those below itself.
    private const uint FirstOwn = 0x4000_0000;

    /// <summary>The number of a path; a new one if it has none.</summary>
    /// <exception cref="KernelException">The table is full, or the kernel refuses.</exception>
    /// <exception cref="ArgumentException">No executable has that path in the kernel.</exception>
    public uint Get(string path)
    {
        var key = new PathKey();
        var bytes = Encoding.UTF8.GetBytes(path);
        if (bytes.Length is 0 or > PathKey.Length)
            throw new ArgumentException($"The path of an executable has 1 to {PathKey.Length} bytes.", nameof(path));
        bytes.CopyTo(key);
        if (kernel.KnownExecutables.TryGet(key, out var number))
            return number;
        if (!kernel.NewExecutables.TryGet(key, out number))
        {
            kernel.Settings.TryGet(Setting.NextOwnExecutable, out var next);
            kernel.Settings.Set(Setting.NextOwnExecutable, next + 1);
            number = FirstOwn + next;
        }
        kernel.KnownExecutables.Set(key, number);
        // The kernel may have given it a number of its own just before.
        if (kernel.NewExecutables.TryGet(key, out var other) && other != number)
            Forget(key, other);
        return number;
    }

    /// <summary>The paths of all, by their numbers.</summary>
    public Dictionary<uint, string> Paths() =>
        kernel.KnownExecutables.Entries().ToDictionary(entry => entry.Value, entry => PathOf(entry.Key));

    private static string PathOf(PathKey key)
    {
        ReadOnlySpan<byte> bytes = key;
        return Encoding.UTF8.GetString(bytes.TrimEnd((byte)0));
    }

    private void Forget(PathKey key, uint number)
    {
        kernel.NewExecutables.Remove(key);
        foreach (var (file, known) in kernel.ExecutableFiles.Entries().ToList())
        {
            if (known == number)
                kernel.ExecutableFiles.Remove(file);
        }
    }
}
