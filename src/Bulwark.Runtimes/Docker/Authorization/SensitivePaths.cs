namespace Bulwark.Runtimes.Docker.Authorization;

/// <summary>Which of the host's files give power over it, or show its secrets.</summary>
public static class SensitivePaths
{
    // Below, above, and themselves.
    private static readonly string[] s_always =
    [
        "/boot", "/dev", "/etc", "/proc", "/root", "/sys", "/run/bulwark", "/run/containerd", "/run/crio", "/run/dbus", "/run/docker", "/run/docker.sock",
        "/run/podman", "/run/systemd", "/var/lib/bulwark", "/var/lib/containerd", "/var/lib/containers", "/var/lib/docker", "/var/lib/kubelet",
        "/var/spool/cron",
    ];

    // Programs: only who can write them has power by them.
    private static readonly string[] s_written = ["/bin", "/lib", "/lib32", "/lib64", "/libx32", "/sbin", "/usr", "/opt/containerd"];

    // What nearly everybody has in containers, and what tells nothing.
    private static readonly string[] s_harmless =
    [
        "/etc/group", "/etc/hostname", "/etc/hosts", "/etc/localtime", "/etc/machine-id", "/etc/os-release", "/etc/passwd", "/etc/resolv.conf", "/etc/ssl/certs",
        "/etc/timezone", "/dev/null", "/dev/random", "/dev/shm", "/dev/urandom", "/dev/zero", "/sys/fs/cgroup",
    ];

    private static readonly string[] s_sockets = ["docker.sock", "containerd.sock", "podman.sock", "crio.sock", "buildkitd.sock", "cri-dockerd.sock"];

    /// <summary>Whether the path, which has no link and no '..' in it, is sensitive.</summary>
    /// <param name="path">An absolute path in plain form.</param>
    /// <param name="readOnly">Whether it can only be read.</param>
    /// <param name="dataRoot">Where the daemon keeps its files; empty if that is not known.</param>
    public static bool Contain(string path, bool readOnly, string dataRoot = "")
    {
        var plain = path.StartsWith("/var/run/", StringComparison.Ordinal) || path == "/var/run" ? path[4..] : path;
        if (readOnly && s_harmless.Any(harmless => IsBelow(plain, harmless)))
            return false;
        return s_always.Any(sensitive => Meets(plain, sensitive))
            || (!readOnly && s_written.Any(sensitive => Meets(plain, sensitive)))
            || (dataRoot.Length > 1 && Meets(plain, dataRoot))
            || s_sockets.Contains(plain[(plain.LastIndexOf('/') + 1)..])
            || plain is "/home" or "/run/user"
            || plain.Split('/').Any(part => part is ".ssh" or ".docker" or ".kube" or ".aws");
    }

    /// <summary>The path without '.', '..', and doubled slashes; links are not looked at.</summary>
    public static string Plain(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
                parts.RemoveRange(Math.Max(0, parts.Count - 1), Math.Min(1, parts.Count));
            else if (part != ".")
                parts.Add(part);
        }
        return "/" + string.Join('/', parts);
    }

    private static bool Meets(string path, string sensitive) => IsBelow(path, sensitive) || IsBelow(sensitive, path);

    private static bool IsBelow(string path, string top) =>
        path == top || top == "/" || path.StartsWith(top + "/", StringComparison.Ordinal);
}
