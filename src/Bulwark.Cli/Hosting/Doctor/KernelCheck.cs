using System.Globalization;

namespace Bulwark.Cli.Hosting.Doctor;

/// <summary>Whether the kernel has what the kernel programs call: <c>bpf_loop</c>, new in Linux 5.17, is the youngest of it.</summary>
internal static class KernelCheck
{
    private const string Name = "kernel";

    private static readonly Version s_oldest = new(5, 17);

    public static Check Of(Machine machine)
    {
        var release = machine.Read("proc/sys/kernel/osrelease").Trim();
        if (VersionOf(release) is { } version && version >= s_oldest)
            return Check.Ok(Name, $"Linux {release}");
        // Distributions bring new functions to old kernels.
        return HasLoop(machine)
            ? Check.Ok(Name, $"Linux {release}, with bpf_loop")
            : Check.Missing(Name, release.Length > 0 ? $"Linux {release}, without bpf_loop" : "a kernel of an unknown version",
                "The kernel programs cannot be loaded", $"Install Linux {s_oldest} or later");
    }

    private static Version? VersionOf(string release)
    {
        var numbers = release.Split('.', '-');
        return numbers.Length >= 2 && int.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            && int.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor) ? new(major, minor) : null;
    }

    private static bool HasLoop(Machine machine)
    {
        try
        {
            return File.ReadAllBytes(machine.PathOf(TypesCheck.File)).AsSpan().IndexOf("\0bpf_loop\0"u8) >= 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
