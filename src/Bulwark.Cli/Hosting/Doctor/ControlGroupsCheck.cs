using Bulwark.Kernel.Attachment;

namespace Bulwark.Cli.Hosting.Doctor;

/// <summary>Which control groups there are: programs that see who opens a connection are attached to the hierarchy of version 2.</summary>
internal static class ControlGroupsCheck
{
    private const string Name = "control-groups";
    private const string UsualPoint = "/sys/fs/cgroup";

    public static Check Of(Machine machine)
    {
        var mounts = Mount.All(machine);
        var second = CgroupHierarchy.FindUnified(
            machine.Read("proc/self/mounts"), point => machine.HasFile(Path.Join(point, CgroupHierarchy.Mark)));
        if (second is not null)
        {
            return Check.Ok(Name, mounts.Any(mount => mount.Type == "cgroup")
                ? $"version 1 and 2 (hybrid); version 2 is on {second}"
                : $"version 2, on {second}");
        }
        var found = mounts.Any(mount => mount.Type == "cgroup") ? "version 1 only" : "none";
        const string cost = "Events and profiles do not tell which executable opened a connection";
        return Mount.KernelKnows(machine, "cgroup2")
            ? Check.Warning(Name, found, cost, $"mkdir -p {UsualPoint}/unified && mount -t cgroup2 none {UsualPoint}/unified")
            : Check.Warning(Name, found, cost, "Use a kernel that was built with CONFIG_CGROUP_BPF=y");
    }
}
