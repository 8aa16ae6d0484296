using Bulwark.Kernel;

namespace Bulwark.Cli.Hosting.Doctor;

/// <summary>Whether the library that loads kernel programs is installed.</summary>
internal static class LibbpfCheck
{
    public static Check Of(Machine machine) => machine.LibbpfVersion() is { } version
        ? Check.Ok("libbpf", $"{Libbpf.Library} {version}")
        : Check.Missing("libbpf", $"{Libbpf.Library} cannot be loaded", "The kernel programs cannot be loaded",
            "apt-get install libbpf1 (Fedora, RHEL: dnf install libbpf)");
}
