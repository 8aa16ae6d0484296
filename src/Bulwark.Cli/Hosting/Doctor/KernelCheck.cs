using System.Globalization;

namespace Bulwark.Cli.Hosting.Doctor;

/// <summary>
/// Whether the kernel has what the kernel programs call, <c>bpf_loop</c> of Linux 5.17 being the youngest of it, and is one that takes them for sure:
/// a verifier older than that of Debian 12 was never asked.
/// </summary>
internal static class KernelCheck
{
    private const string Name = "kernel";

    private static readonly Version s_oldest = new(5, 17);
    private static readonly Version s_oldestTried = new(6, 1);

    public static Check Of(Machine machine)
    {
        var release = machine.Read("proc/sys/kernel/osrelease").Trim();
        var version = VersionOf(release);
        if (version >= s_oldestTried)
            return Check.Ok(Name, $"Linux {release}");
        // Distributions bring new functions to old kernels.
        return version >= s_oldest || HasLoop(machine)
            ? Check.Warning(Name, $"Linux {release}, with bpf_loop", "Nobody has tried whether it takes the kernel programs: 'bulwark up' tells", $"Better use Linux {s_oldestTried} or later")
            : Check.Missing(Name, release.Length > 0 ? $"Linux {release}, without bpf_loop" : "a kernel of an unknown version",
                "The kernel programs cannot be loaded", $"Install Linux {s_oldestTried} or later");
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
