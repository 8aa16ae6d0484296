using System.Collections.Immutable;

namespace Bulwark.Model.Privileges;

/// <summary>A kind of privilege: every one that there is.</summary>
/// <param name="Name">Its name, which is its text if it takes no argument.</param>
/// <param name="Argument">What follows after a colon, for people; empty if nothing does.</param>
/// <param name="Meaning">What it means, in words that go on from "it …"; <c>{0}</c> is the argument.</param>
/// <param name="IsDeed">Whether it is done to a container from outside.</param>
public sealed record PrivilegeKind(string Name, string Argument, string Meaning, bool IsDeed = false)
{
    internal const string Privileged = "privileged";
    internal const string Capability = "capability";
    internal const string Device = "device";
    internal const string Unconfined = "unconfined";
    internal const string NewPrivileges = "new-privileges";
    internal const string Mount = "mount";
    internal const string Exec = "exec";
    internal const string ExecPrivileged = "exec-privileged";

    public static readonly ImmutableArray<PrivilegeKind> All =
    [
        new(Privileged, "", "has every capability and every device of the host"),
        new("host-network", "", "shares the host's network"),
        new("host-pid", "", "sees the host's processes, and may signal and trace them"),
        new("host-ipc", "", "shares the host's memory segments and message queues"),
        new("host-uts", "", "may change the host's name"),
        new("host-users", "", "has the host's own users, root among them"),
        new("host-cgroups", "", "sees the host's control groups"),
        new(Capability, "NAME", "has the capability {0}"),
        new(Mount, "PATH[:ro]", "has {0} of the host in it"),
        new("filesystem", "TYPE", "has a file system of the type {0} mounted by the host"),
        new(Device, "PATH", "has the host's device {0}"),
        new(Unconfined, "WHAT", "runs without {0}"),
        new(NewPrivileges, "", "may gain privileges (set-user-id), although the host says otherwise"),
        new("runtime", "NAME", "runs with the runtime {0}"),
        new(Exec, "", "has a program run in it from outside", true),
        new(ExecPrivileged, "", "has a program run in it from outside, with every capability", true),
        new("copy-in", "", "has files put into it from outside", true),
        new("copy-out", "", "has files taken out of it", true),
        new("commit", "", "is made into an image", true),
        new("export", "", "has all its files taken out", true),
        new("update", "", "has its limits changed", true),
        new("join-network", "", "shares its network with another container", true),
        new("join-pid", "", "shows its processes to another container", true),
        new("join-ipc", "", "shares its memory segments with another container", true),
        new("share-volumes", "", "shares its volumes with another container", true),
        new("plugin", "", "adds to the daemon a plugin, which may do anything"),
        new("swarm", "", "makes the daemon part of a swarm, whose managers may do anything"),
    ];

    private static readonly ImmutableDictionary<string, PrivilegeKind> s_byName = All.ToImmutableDictionary(kind => kind.Name, StringComparer.Ordinal);

    /// <summary>As a person writes it: <c>mount:PATH[:ro]</c>.</summary>
    public string Form => Argument.Length == 0 ? Name : $"{Name}:{Argument}";

    /// <summary>The kind that the text of a privilege is of; null if there is none.</summary>
    internal static PrivilegeKind? Find(string text)
    {
        var name = NameOf(text);
        return s_byName.TryGetValue(name, out var kind) && (kind.Argument.Length == 0 ? text.Length == name.Length : text.Length > name.Length + 1) ? kind : null;
    }

    internal static string NameOf(string text) => text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? text[..colon] : text;
}
