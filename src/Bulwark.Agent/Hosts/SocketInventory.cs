using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Bulwark.Kernel;
using Bulwark.Kernel.Layout;
using Bulwark.Model;

namespace Bulwark.Agent.Hosts;

/// <summary>
/// Tells the kernel of the sockets that a container had before it was watched: which ports are bound, who is connected where, and by
/// which executable. See proc(5) for the files.
/// </summary>
internal sealed class SocketInventory(KernelPrograms kernel)
{
    // Numbers made from paths, so that an agent after this one means the same by them; apart from those that the kernel counts up.
    private const uint FirstExecutable = 0x8000_0000;
    private const string Listening = "0A"; // TCP_LISTEN
    private const string Established = "01"; // TCP_ESTABLISHED
    private const string Unconnected = "07"; // of UDP
    private const int LinesMax = 65536;
    private const int FilesMax = 65536;

    private readonly Dictionary<string, uint> _executables = new(StringComparer.Ordinal);

    /// <param name="process">A process of the container.</param>
    /// <param name="netns">The cookie of its network namespace.</param>
    public void Read(int process, ulong netns)
    {
        var sockets = new List<Found>();
        foreach (var (file, transport) in ((string, Transport)[])[("tcp", Transport.Tcp), ("tcp6", Transport.Tcp), ("udp", Transport.Udp), ("udp6", Transport.Udp)])
            ReadFile($"/proc/{process}/net/{file}", transport, sockets);
        if (sockets.Count == 0)
            return;
        var users = UsersOf(process, [.. sockets.Select(s => s.Inode)]);
        var bound = sockets.Where(s => s.IsBound).Select(s => (s.Transport, s.LocalPort)).ToHashSet();
        foreach (var socket in sockets)
        {
            // An accepted connection is not the container's doing.
            if (!socket.IsBound && bound.Contains((socket.Transport, socket.LocalPort)))
                continue;
            var key = new SocketKey { Netns = netns, Transport = socket.Transport.Number, Port = socket.RemotePort, Remote = socket.Remote };
            if (socket.IsBound)
                key = new() { Netns = netns, Transport = socket.Transport.Number, Port = socket.LocalPort, Bound = 1 };
            var user = users.TryGetValue(socket.Inode, out var found)
                ? new SocketUser { Executable = NumberOf(found.Path), Process = (uint)found.Process }
                : default;
            kernel.Sockets.TryAdd(key, user);
        }
    }

    private static void ReadFile(string path, Transport transport, List<Found> sockets)
    {
        try
        {
            foreach (var line in File.ReadLines(path).Skip(1).Take(LinesMax))
            {
                var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length < 10 || !TryReadEnd(fields[1], out _, out var localPort) || !TryReadEnd(fields[2], out var remote, out var remotePort))
                    continue;
                var state = fields[3];
                var isBound = transport == Transport.Tcp ? state == Listening : state == Unconnected;
                if (isBound || state == Established)
                    sockets.Add(new(transport, localPort, remote, remotePort, fields[9], isBound));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process ended.
        }
    }

    // "0100007F:1F90": the address as the machine stores it, 32 bits at a time, and the port.
    internal static bool TryReadEnd(string text, out MappedAddress address, out ushort port)
    {
        address = default;
        port = 0;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon is not (8 or 32) || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out port))
            return false;
        var bytes = new byte[colon / 2];
        for (var i = 0; i < bytes.Length; i += sizeof(uint))
        {
            if (!uint.TryParse(text.AsSpan(i * 2, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var word))
                return false;
            BitConverter.TryWriteBytes(bytes.AsSpan(i), word);
        }
        address = MappedAddress.From(new IPAddress(bytes));
        return true;
    }

    // Which process has which socket, among all processes in the same network namespace.
    private static Dictionary<string, (string Path, int Process)> UsersOf(int process, HashSet<string> inodes)
    {
        var users = new Dictionary<string, (string, int)>(StringComparer.Ordinal);
        var netns = LinkTarget($"/proc/{process}/ns/net");
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var other)
                || LinkTarget(folder + "/ns/net") != netns || LinkTarget(folder + "/exe") is not { } executable)
                continue;
            try
            {
                foreach (var file in Directory.EnumerateFiles(folder + "/fd").Take(FilesMax))
                {
                    if (LinkTarget(file) is { } target && target.StartsWith("socket:[", StringComparison.Ordinal) && inodes.Contains(target[8..^1]))
                        users[target[8..^1]] = (executable.Replace(" (deleted)", "", StringComparison.Ordinal), other);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The process ended.
            }
        }
        return users;
    }

    private static string? LinkTarget(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private uint NumberOf(string path)
    {
        if (_executables.TryGetValue(path, out var number))
            return number;
        var bytes = Encoding.UTF8.GetBytes(path);
        number = FirstExecutable | BitConverter.ToUInt32(SHA256.HashData(bytes));
        var kept = bytes.AsSpan(Math.Max(0, bytes.Length - ExecutablePath.PathLength));
        var value = new ExecutablePath { Length = (uint)kept.Length };
        kept.CopyTo(value.Path);
        kernel.ExecutablePaths.Set(number, value);
        return _executables[path] = number;
    }

    private sealed record Found(Transport Transport, ushort LocalPort, MappedAddress Remote, ushort RemotePort, string Inode, bool IsBound);
}
