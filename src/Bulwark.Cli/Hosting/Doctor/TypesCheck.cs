namespace Bulwark.Cli.Hosting.Doctor;

/// <summary>Whether the kernel describes its types (BTF): programs that were compiled elsewhere are fitted to it by that.</summary>
internal static class TypesCheck
{
    public const string File = "sys/kernel/btf/vmlinux";

    public static Check Of(Machine machine) => machine.HasFile(File)
        ? Check.Ok("btf", "/" + File)
        : Check.Missing("btf", $"there is no /{File}", "The kernel programs cannot be loaded",
            "Use a kernel that was built with CONFIG_DEBUG_INFO_BTF=y: those of Debian, Ubuntu, Fedora, RHEL and SUSE are");
}
