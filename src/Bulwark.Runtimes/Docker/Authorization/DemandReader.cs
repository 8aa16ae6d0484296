using System.Collections.Immutable;
using Bulwark.Model.Privileges;

namespace Bulwark.Runtimes.Docker.Authorization;

/// <summary>
/// Reads what a body asks of the host (Docker Engine API v1.41, ContainerCreate, ServiceCreate and VolumeCreate). It knows what gives power;
/// what it does not know, gives none.
/// </summary>
public static class DemandReader
{
    /// <summary>Nobody needs more of anything.</summary>
    private const int MostDemands = 512;

    private const string ContainerPrefix = "container:";

    // What a container has without being asked for, and what gives no power over others (capabilities(7)).
    private static readonly HashSet<string> s_usualCapabilities =
    [
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "NET_RAW", "SETFCAP", "SETGID", "SETPCAP",
        "SETUID", "SYS_CHROOT", "BLOCK_SUSPEND", "IPC_LOCK", "LEASE", "NET_BROADCAST", "SYS_NICE", "WAKE_ALARM",
    ];

    // Files of the kernel that the daemon hides by itself, or lets nobody write; what is asked for instead must have them.
    private static readonly string[] s_masked = ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"];
    private static readonly string[] s_readOnly = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    // Types of mount(8) that bring data, and not the kernel's own files.
    private static readonly HashSet<string> s_usualTypes = ["", "none", "bind", "tmpfs", "nfs", "nfs4", "cifs", "overlay", "ext4", "xfs", "btrfs"];

    /// <summary>The body of a call that makes a container.</summary>
    /// <exception cref="UnreadableCallException">It cannot be read for sure.</exception>
    public static ContainerDemands OfCreate(ReadOnlyMemory<byte> body) => GoObject.Read(body, root =>
        // The daemon takes the host's part from the top as well, where clients of long ago had it.
        OfConfiguration(root, root.Object("HostConfig"), root));

    /// <summary>The daemon's account of a container, which has everything that counts for its next start.</summary>
    /// <exception cref="UnreadableCallException">It cannot be read for sure.</exception>
    public static ContainerDemands OfContainer(ReadOnlyMemory<byte> account) => GoObject.Read(account, root =>
    {
        var demands = OfConfiguration(root.Object("Config"), root.Object("HostConfig"));
        // Where control groups are of version 1, the daemon writes down the host's for every container.
        return demands with { Privileges = demands.Privileges.Remove("host-cgroups") };
    });

    /// <summary>The body of a call that makes a service, or changes it.</summary>
    /// <returns>Also the service's name.</returns>
    /// <exception cref="UnreadableCallException">It cannot be read for sure.</exception>
    public static (string Name, ContainerDemands Demands) OfService(ReadOnlyMemory<byte> body) => GoObject.Read(body, root =>
    {
        var task = root.Object("TaskTemplate");
        var container = task.Object("ContainerSpec");
        var found = new Found();
        Capabilities(container.Texts("CapabilityAdd"), found);
        foreach (var mount in container.Objects("Mounts"))
            Mount(mount, found);
        if (task.Objects("Networks").Concat(root.Objects("Networks")).Any(network => network.Text("Target") == "host"))
            found.Add("host-network");
        if (task.Text("Runtime") is not ("" or "container") || task.Has("PluginSpec"))
            found.Add("plugin");
        return (root.Text("Name"), found.Complete(new() { Image = container.Text("Image") }));
    });

    /// <summary>The body of a call that makes a volume.</summary>
    /// <exception cref="UnreadableCallException">It cannot be read for sure.</exception>
    public static ContainerDemands OfVolume(ReadOnlyMemory<byte> body) => GoObject.Read(body, root =>
    {
        var found = new Found();
        VolumeOptions(root.Map("DriverOpts"), false, found);
        return found.Complete(new());
    });

    /// <summary>The daemon's account of a volume.</summary>
    /// <exception cref="UnreadableCallException">It cannot be read for sure.</exception>
    public static ContainerDemands OfExistingVolume(ReadOnlyMemory<byte> account) => GoObject.Read(account, root =>
    {
        var found = new Found();
        VolumeOptions(root.Map("Options"), false, found);
        return found.Complete(new());
    });

    /// <summary>Whether the body of an exec asks for every capability.</summary>
    /// <exception cref="UnreadableCallException">It cannot be read for sure.</exception>
    public static bool IsPrivilegedExec(ReadOnlyMemory<byte> body) => GoObject.Read(body, root => root.Switch("Privileged"));

    private static ContainerDemands OfConfiguration(GoObject configuration, params ReadOnlySpan<GoObject> hosts)
    {
        var found = new Found();
        foreach (var host in hosts)
            Host(host, found);
        return found.Complete(new()
        {
            Image = configuration.Text("Image"),
            HasEntrypoint = configuration.Has("Entrypoint"),
            Entrypoint = configuration.TextOrTexts("Entrypoint"),
            Command = configuration.TextOrTexts("Cmd"),
            Labels = configuration.Map("Labels").RemoveRange(
                configuration.Map("Labels").Keys.Where(label => !Model.Workloads.WorkloadResolver.Labels.Contains(label))),
        });
    }

    private static void Host(GoObject host, Found found)
    {
        if (host.Switch("Privileged"))
            found.Add("privileged");
        Namespace(host.Text("NetworkMode"), "host-network", "join-network", found);
        Namespace(host.Text("PidMode"), "host-pid", "join-pid", found);
        Namespace(host.Text("IpcMode"), "host-ipc", "join-ipc", found);
        Namespace(host.Text("UTSMode"), "host-uts", "", found);
        Namespace(host.Text("UsernsMode"), "host-users", "", found);
        Namespace(host.Text("CgroupnsMode"), "host-cgroups", "", found);
        Capabilities(host.Texts("CapAdd"), found);
        Capabilities(host.Texts("Capabilities"), found);
        foreach (var option in host.Texts("SecurityOpt"))
            SecurityOption(option, found);
        if (host.Has("MaskedPaths") && s_masked.Except(host.Texts("MaskedPaths")).Any()
            || host.Has("ReadonlyPaths") && s_readOnly.Except(host.Texts("ReadonlyPaths")).Any())
            found.Add("unconfined:systempaths");
        foreach (var device in host.Objects("Devices"))
            found.Add($"device:{device.Text("PathOnHost")}");
        foreach (var rule in host.Texts("DeviceCgroupRules"))
            found.Add($"device:{rule}");
        if (host.Objects("DeviceRequests").Any())
            found.Add("device:request");
        foreach (var bind in host.Texts("Binds"))
            Bind(bind, found);
        foreach (var mount in host.Objects("Mounts"))
            Mount(mount, found);
        foreach (var other in host.Texts("VolumesFrom"))
            found.Joins.Add(new(other.Split(':')[0], "share-volumes"));
        if (host.Text("Runtime") is { Length: > 0 } runtime)
            found.Runtime = runtime;
    }

    private static void Namespace(string mode, string ofHost, string ofOther, Found found)
    {
        if (mode == "host")
            found.Add(ofHost);
        else if (ofOther.Length > 0 && mode.StartsWith(ContainerPrefix, StringComparison.Ordinal))
            found.Joins.Add(new(mode[ContainerPrefix.Length..], ofOther));
    }

    private static void Capabilities(ImmutableArray<string> names, Found found)
    {
        foreach (var name in names)
        {
            var upper = name.ToUpperInvariant();
            var plain = upper.StartsWith("CAP_", StringComparison.Ordinal) ? upper[4..] : upper;
            if (!s_usualCapabilities.Contains(plain))
                found.Add($"capability:{plain}");
        }
    }

    private static void SecurityOption(string option, Found found)
    {
        // Both 'seccomp=unconfined' and the old 'seccomp:unconfined'.
        var sign = option.IndexOfAny(['=', ':']);
        var (name, value) = sign < 0 ? (option, "") : (option[..sign], option[(sign + 1)..]);
        switch (name)
        {
            case "no-new-privileges":
                if (value is not ("" or "true"))
                    found.Add("new-privileges");
                break;
            case "label":
                // Which user, role or level is a question for SELinux.
                if (value == "disable")
                    found.Add("unconfined:label");
                break;
            case "seccomp" or "apparmor" or "systempaths":
                // A profile that somebody brings along can allow everything, so it is none.
                found.Add($"unconfined:{name}");
                break;
            default:
                found.Add($"unconfined:{option}");
                break;
        }
    }

    // SOURCE:TARGET[:MODE]; without a source it is a volume that nobody named.
    private static void Bind(string bind, Found found)
    {
        if (bind.Split(':', 4) is not [var source, _, .. var rest])
            return;
        var readOnly = rest.FirstOrDefault("").Split(',').Contains("ro");
        if (source.StartsWith('/'))
            found.Paths.Add(new(source, readOnly));
        else
            found.Volumes.Add(source);
    }

    private static void Mount(GoObject mount, Found found)
    {
        var source = mount.Text("Source");
        if (source.StartsWith('/'))
            found.Paths.Add(new(source, mount.Switch("ReadOnly")));
        else if (source.Length > 0 && mount.Text("Type") == "volume")
            found.Volumes.Add(source);
        VolumeOptions(mount.Object("VolumeOptions").Object("DriverConfig").Map("Options"), mount.Switch("ReadOnly"), found);
    }

    // The options of the driver "local" are those of mount(8): a device and what it says of other directories.
    private static void VolumeOptions(ImmutableDictionary<string, string> options, bool readOnly, Found found)
    {
        var type = options.GetValueOrDefault("type", "");
        if (!s_usualTypes.Contains(type))
            found.Add($"filesystem:{type}");
        if (type is "nfs" or "nfs4" or "cifs")
            return;
        foreach (var word in options.Values.SelectMany(value => value.Split(',', ':', '=')).Where(word => word.StartsWith('/')))
            found.Paths.Add(new(word, readOnly));
    }

    private sealed class Found
    {
        private readonly SortedSet<string> _privileges = new(StringComparer.Ordinal);

        public List<HostPath> Paths { get; } = [];
        public List<string> Volumes { get; } = [];
        public List<JoinedContainer> Joins { get; } = [];
        public string Runtime { get; set; } = "";

        public void Add(string privilege) => _privileges.Add(
            Privilege.TryParse(privilege, out _) ? privilege : throw new UnreadableCallException("it asks for something that has no name that can be written"));

        public ContainerDemands Complete(ContainerDemands demands) =>
            _privileges.Count + Paths.Count + Volumes.Count + Joins.Count > MostDemands
                ? throw new UnreadableCallException(FormattableString.Invariant($"it asks for more than {MostDemands} things of the host"))
                : demands with
                {
                    Privileges = [.. _privileges],
                    Paths = [.. Paths.Distinct()],
                    Volumes = [.. Volumes.Distinct(StringComparer.Ordinal)],
                    Joins = [.. Joins.Distinct()],
                    Runtime = Runtime,
                };
    }
}
