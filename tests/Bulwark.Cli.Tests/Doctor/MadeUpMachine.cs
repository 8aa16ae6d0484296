using Bulwark.Cli.Hosting.Doctor;
using Bulwark.Kernel.Attachment;

namespace Bulwark.Cli.Tests.Doctor;

/// <summary>A tree of files that looks like a machine on which all is well; each test breaks one thing.</summary>
internal sealed class MadeUpMachine : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("bulwark-doctor-");

    public MadeUpMachine()
    {
        Machine = new()
        {
            Root = _root.FullName,
            TryTrafficControl = () => Trial.Succeeded,
            MissingNetworkKinds = _ => [],
            HasTcx = () => true,
            LibbpfVersion = () => "v1.1",
        };
        Write("proc/self/status", "Name:\tbulwark\nUid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\n");
        Write("proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
        Write("proc/filesystems", "nodev\tcgroup2\nnodev\tbpf\n\text4\n");
        Mounts("/ ext4", "/sys sysfs", "/sys/fs/bpf bpf", "/sys/fs/cgroup cgroup2");
        Write("sys/kernel/btf/vmlinux", "\0bpf_loop\0");
        Write("proc/net/ip_vs", "");
        Write("etc/group", "root:x:0:\nbulwark:x:995:\n");
        Write("run/systemd/system/.keep", "");
        Write("usr/local/lib/systemd/system/bulwark.service", "");
    }

    public Machine Machine { get; init; }

    public void Write(string path, string text)
    {
        var full = Machine.PathOf(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    public void Remove(string path) => File.Delete(Machine.PathOf(path));

    /// <summary>Each a mount point and a type.</summary>
    public void Mounts(params string[] mounts)
    {
        var all = mounts.Select(mount => mount.Split(' ')).Select(fields => (Point: fields[0], Type: fields[1])).ToList();
        Write("proc/self/mountinfo", string.Concat(all.Select((mount, index) =>
            $"{index + 20} 1 0:{index} / {mount.Point} rw,relatime shared:1 - {mount.Type} none rw\n")));
        Write("proc/self/mounts", string.Concat(all.Select(mount => $"none {mount.Point} {mount.Type} rw,relatime 0 0\n")));
        foreach (var (point, _) in all.Where(mount => mount.Type == "cgroup2"))
            Write(Path.Join(point, CgroupHierarchy.Mark), "cpu io memory pids\n");
    }

    public void Dispose() => _root.Delete(recursive: true);
}
