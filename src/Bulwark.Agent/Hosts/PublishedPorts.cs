using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Bulwark.Agent.Enforcement;
using Bulwark.Kernel;
using Bulwark.Runtimes.Docker;
using Microsoft.Extensions.Logging;

namespace Bulwark.Agent.Hosts;

/// <summary>
/// Makes the kernel know Docker's proxies of published ports (<c>docker-proxy</c>), so that a container's client is whoever the proxy carries,
/// and not the host.
/// </summary>
internal sealed partial class PublishedPorts(KernelPrograms kernel, PolicyTable policies, TimeProvider time, ILogger log)
{
    private const string Name = "docker-proxy";
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_sweepEvery = TimeSpan.FromMinutes(1);

    // Where Docker looks for it, beside itself. Who can write there is root.
    private static readonly string[] s_folders =
        ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/usr/libexec/docker", "/usr/local/libexec/docker", "/usr/lib/docker"];

    private readonly Dictionary<string, uint> _mountNamespaces = new(StringComparer.Ordinal);

    /// <summary>Asks each daemon who it is, each time that it is there again, until cancelled.</summary>
    public async Task RunAsync(IReadOnlyList<(string Address, DockerWatcher Watcher)> daemons, CancellationToken cancellation)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        var swept = time.GetUtcNow();
        while (true)
        {
            var isNew = false;
            foreach (var (address, watcher) in daemons)
            {
                if (!watcher.Connected)
                {
                    known.Remove(address);
                }
                else if (known.Add(address))
                {
                    Know(address);
                    isNew = true;
                }
            }
            // While one is away, what an earlier agent knew of it stays.
            if (isNew && known.Count == daemons.Count)
                ForgetOthers();
            if (time.GetUtcNow() - swept >= s_sweepEvery)
            {
                swept = time.GetUtcNow();
                Sweep();
            }
            await Task.Delay(s_lookEvery, time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Believes the proxies of the daemon at the address: those in its mount namespace.</summary>
    public void Know(string address)
    {
        try
        {
            // The daemon, or who opened its socket for it: systemd, in the same mount namespace.
            var process = string.Create(CultureInfo.InvariantCulture, $"/proc/{ListenerAt(address)}");
            var mountNamespace = MountNamespaceOf(process);
            var folders = s_folders.Append(Path.GetDirectoryName(new FileInfo(process + "/exe").LinkTarget) ?? "");
            foreach (var path in folders.Select(folder => Path.Combine(folder, Name)).Distinct(StringComparer.Ordinal))
            {
                if (File.Exists(process + "/root" + path))
                    kernel.Proxies.Set(new() { Executable = policies.NumberOf(path), MountNamespace = mountNamespace }, 1);
            }
            _mountNamespaces[address] = mountNamespace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException or KernelException)
        {
            LogNotKnown(e, address);
        }
    }

    /// <summary>Believes no proxies but those of the daemons that are known: the number of a mount namespace may come to be another's, a container's too.</summary>
    public void ForgetOthers()
    {
        foreach (var proxy in kernel.Proxies.Keys().Where(proxy => !_mountNamespaces.ContainsValue(proxy.MountNamespace)))
            kernel.Proxies.Remove(proxy);
    }

    /// <summary>Forgets processes that are gone.</summary>
    public void Sweep()
    {
        foreach (var process in kernel.ProxyProcesses.Keys())
        {
            if (!Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}")))
                kernel.ProxyProcesses.Remove(process);
        }
    }

    // SO_PEERCRED of unix(7): struct ucred, the first of its fields.
    private static int ListenerAt(string address)
    {
        const string scheme = "unix://";
        const int socketLevel = 1;
        const int peerCredentials = 17;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(address[scheme.Length..]));
        Span<byte> credentials = stackalloc byte[12];
        socket.GetRawSocketOption(socketLevel, peerCredentials, credentials);
        return MemoryMarshal.Read<int>(credentials);
    }

    // Written mnt:[4026531841].
    private static uint MountNamespaceOf(string process)
    {
        var link = new FileInfo(process + "/ns/mnt").LinkTarget ?? "";
        var inode = Inode().Match(link);
        return inode.Success && uint.TryParse(inode.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : throw new IOException($"{process}/ns/mnt is '{link}'.");
    }

    [GeneratedRegex(@"^mnt:\[(\d+)\]$")]
    private static partial Regex Inode();

    [LoggerMessage(50, LogLevel.Warning, "Docker's proxies at {Address} are not known: clients of published ports that come through them are the host.")]
    private partial void LogNotKnown(Exception e, string address);
}
