namespace Bulwark.Cli.Hosting.Doctor;

/// <summary>Whether kernel programs and maps can be pinned.</summary>
internal static class BpfFileSystemCheck
{
    private const string Name = "bpf-file-system";
    private const string Cost = "Nothing can be pinned, so protection cannot outlive Bulwark's process";

    public static Check Of(Machine machine, string bpfRoot)
    {
        // The last one mounted on a path hides those before it; the longest path is the nearest.
        var mounts = Mount.All(machine).Where(mount => mount.Contains(bpfRoot)).ToList();
        var nearest = mounts.LastOrDefault(mount => mount.Point.Length == mounts.Max(other => other.Point.Length));
        if (nearest?.Type == "bpf")
            return Check.Ok(Name, $"mounted on {nearest.Point}");
        if (!Mount.KernelKnows(machine, "bpf"))
            return Check.Missing(Name, "the kernel has none", Cost, "Use a kernel that was built with CONFIG_BPF_SYSCALL=y");
        var point = Path.GetDirectoryName(bpfRoot) ?? bpfRoot;
        return Check.Warning(Name, $"{bpfRoot} is not on one, but it can be mounted", Cost, $"mount -t bpf bpf {point}");
    }
}
