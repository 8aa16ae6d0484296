using Bulwark.Cli.Hosting.Doctor;
using Bulwark.Kernel;
using Bulwark.Kernel.Attachment;

namespace Bulwark.Cli.Tests.Doctor;

public sealed class CheckTests : IDisposable
{
    private readonly MadeUpMachine _made = new();

    private Machine Machine => _made.Machine;

    public void Dispose() => _made.Dispose();

    [Fact]
    public void On_a_machine_where_all_is_well_every_check_is_ok() => Assert.All(
        [
            PrivilegesCheck.Of(Machine), KernelCheck.Of(Machine), TypesCheck.Of(Machine), BpfFileSystemCheck.Of(Machine, "/sys/fs/bpf/bulwark"),
            ControlGroupsCheck.Of(Machine), TrafficControlCheck.Of(Machine), NetworksCheck.Of(Machine), LibbpfCheck.Of(Machine), GroupCheck.Of(Machine),
            SystemdCheck.Of(Machine),
        ],
        check => Assert.Equal((CheckState.Ok, "", ""), (check.State, check.Cost, check.Remedy)));

    [Theory]
    [InlineData("000001ffffffefff", "root, without CAP_NET_ADMIN")]
    [InlineData("0000000000000000", "root, without CAP_NET_ADMIN, CAP_SYS_ADMIN, CAP_PERFMON, CAP_BPF")]
    public void A_capability_that_is_missing_is_named(string effective, string found)
    {
        _made.Write("proc/self/status", $"Uid:\t0\t0\t0\t0\nCapEff:\t{effective}\n");
        Expect(CheckState.Missing, found, PrivilegesCheck.Of(Machine));
    }

    [Theory]
    [InlineData("6.1.0-56-amd64", nameof(CheckState.Ok))]
    [InlineData("6.0.9", nameof(CheckState.Warning))]
    [InlineData("5.17.0", nameof(CheckState.Warning))]
    [InlineData("10.0-rc1", nameof(CheckState.Ok))]
    [InlineData("5.16.20-200.fc35", nameof(CheckState.Missing))]
    [InlineData("4.19", nameof(CheckState.Missing))]
    [InlineData("", nameof(CheckState.Missing))]
    [InlineData("strange", nameof(CheckState.Missing))]
    public void The_kernel_must_be_new_enough(string release, string expected)
    {
        _made.Write("proc/sys/kernel/osrelease", release + "\n");
        _made.Write("sys/kernel/btf/vmlinux", "\0bpf_map_lookup_elem\0");
        Assert.Equal(expected, KernelCheck.Of(Machine).State.ToString());
    }

    [Fact]
    public void An_old_kernel_to_which_bpf_loop_was_brought_may_do()
    {
        _made.Write("proc/sys/kernel/osrelease", "5.14.0-427.el9.x86_64\n");
        Expect(CheckState.Warning, "Linux 5.14.0-427.el9.x86_64, with bpf_loop", KernelCheck.Of(Machine));
    }

    [Fact]
    public void Without_types_the_programs_cannot_be_loaded()
    {
        _made.Remove("sys/kernel/btf/vmlinux");
        Expect(CheckState.Missing, "there is no /sys/kernel/btf/vmlinux", TypesCheck.Of(Machine));
    }

    [Fact]
    public void A_bpf_file_system_that_can_be_mounted_is_worth_a_warning_with_the_command()
    {
        _made.Mounts("/ ext4", "/sys sysfs", "/sys/fs/bpf2 bpf");
        var check = BpfFileSystemCheck.Of(Machine, "/sys/fs/bpf/bulwark");
        Expect(CheckState.Warning, "/sys/fs/bpf/bulwark is not on one, but it can be mounted", check);
        Assert.Equal("mount -t bpf bpf /sys/fs/bpf", check.Remedy);
    }

    [Fact]
    public void A_bpf_file_system_that_another_one_hides_does_not_count()
    {
        _made.Mounts("/ ext4", "/sys/fs/bpf bpf", "/sys/fs/bpf tmpfs");
        Assert.Equal(CheckState.Warning, BpfFileSystemCheck.Of(Machine, "/sys/fs/bpf/bulwark").State);
    }

    [Fact]
    public void A_kernel_without_a_bpf_file_system_is_not_enough()
    {
        _made.Mounts("/ ext4");
        _made.Write("proc/filesystems", "\text4\n");
        Expect(CheckState.Missing, "the kernel has none", BpfFileSystemCheck.Of(Machine, "/sys/fs/bpf/bulwark"));
    }

    [Theory]
    [InlineData(nameof(CheckState.Ok), "version 2, on /sys/fs/cgroup", "/sys/fs/cgroup cgroup2")]
    [InlineData(nameof(CheckState.Ok), "version 1 and 2 (hybrid); version 2 is on /sys/fs/cgroup/unified",
        "/sys/fs/cgroup/cpu cgroup", "/sys/fs/cgroup/unified cgroup2")]
    [InlineData(nameof(CheckState.Warning), "version 1 only", "/sys/fs/cgroup/cpu cgroup")]
    [InlineData(nameof(CheckState.Warning), "none", "/ ext4")]
    public void The_layout_of_control_groups_is_told(string state, string found, params string[] mounts)
    {
        _made.Mounts(mounts);
        Expect(Enum.Parse<CheckState>(state), found, ControlGroupsCheck.Of(Machine));
    }

    [Fact]
    public void Interfaces_that_nothing_can_be_attached_to_are_told_as_they_are() => Expect(
        CheckState.Missing, "no clsact", TrafficControlCheck.Of(Machine with { TryTrafficControl = () => Trial.Failed("no clsact") }));

    [Fact]
    public void What_could_not_be_tried_is_not_told_as_missing() => Expect(
        CheckState.Warning, "not tried: no rights", TrafficControlCheck.Of(Machine with { TryTrafficControl = () => Trial.NotTried("no rights") }));

    [Theory]
    [InlineData("", "bridge, macvlan, ipvlan, overlay")]
    [InlineData("ipvlan", "bridge, macvlan, overlay; the kernel has no ipvlan")]
    [InlineData("macvlan,ipvlan,vxlan", "bridge; the kernel has no macvlan; the kernel has no ipvlan; the kernel has no overlay")]
    public void Kinds_of_networks_that_the_kernel_cannot_make_are_named(string missing, string found) => Expect(
        CheckState.Ok, found, NetworksCheck.Of(Machine with { MissingNetworkKinds = kinds => [.. missing.Split(',').Intersect(kinds)] }));

    [Theory]
    [InlineData("modules.dep", true)]
    [InlineData("modules.builtin", true)]
    [InlineData("modules.order", false)]
    public void The_balancer_of_a_swarms_services_may_be_a_module_that_is_not_loaded(string list, bool isThere)
    {
        _made.Remove("proc/net/ip_vs");
        _made.Write("lib/modules/6.1.0-18-amd64/" + list, "kernel/net/netfilter/ipvs/ip_vs.ko: kernel/net/netfilter/nf_conntrack.ko\n");
        Assert.Equal(!isThere, NetworksCheck.Of(Machine).Found.EndsWith("the kernel has no balancer for services of a swarm (IPVS)", StringComparison.Ordinal));
    }

    [Fact]
    public void Kinds_of_networks_that_could_not_be_tried_are_not_told_as_missing() => Expect(
        CheckState.Warning, "not tried: could not make a network namespace: Operation not permitted",
        NetworksCheck.Of(Machine with { MissingNetworkKinds = _ => throw new KernelException("make a network namespace", 1) }));

    [Fact]
    public void A_library_that_is_missing_is_named() => Expect(
        CheckState.Missing, "libbpf.so.1 cannot be loaded", LibbpfCheck.Of(Machine with { LibbpfVersion = () => null }));

    [Fact]
    public void Without_its_group_only_root_can_ask()
    {
        _made.Write("etc/group", "root:x:0:\nbulwarks:x:995:\n");
        Expect(CheckState.Warning, "there is no group bulwark", GroupCheck.Of(Machine));
    }

    [Fact]
    public void A_service_that_is_not_installed_is_worth_a_warning()
    {
        _made.Remove("usr/local/lib/systemd/system/bulwark.service");
        Expect(CheckState.Warning, "runs, but does not know bulwark.service", SystemdCheck.Of(Machine));
    }

    private static void Expect(CheckState state, string found, Check check)
    {
        Assert.Equal((state, found), (check.State, check.Found));
        if (state == CheckState.Ok)
            return;
        Assert.NotEmpty(check.Cost);
        Assert.NotEmpty(check.Remedy);
    }
}
