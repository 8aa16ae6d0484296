using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Bulwark.Server.Api;

/// <summary>The unix socket's place in the file system, and who may use it.</summary>
internal static partial class ApiSocket
{
    private const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    private const UnixFileMode SocketMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>Makes the directory, and removes a socket that a server left when it died.</summary>
    /// <exception cref="AlreadyRunningException">A server answers there.</exception>
    public static void Prepare(string path, string group)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(directory))
        {
            Directory.CreateDirectory(directory, DirectoryMode);
            // Once more, for the umask may have taken bits away.
            File.SetUnixFileMode(directory, DirectoryMode);
            GiveTo(group, directory);
        }
        if (!File.Exists(path))
            return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        throw new AlreadyRunningException(path);
    }

    /// <summary>Lets the group use the socket.</summary>
    public static void Open(string path, string group)
    {
        GiveTo(group, path);
        File.SetUnixFileMode(path, SocketMode);
    }

    private static void GiveTo(string group, string path)
    {
        if (SystemGroup.Find(group) is { } id && ChangeOwner(path, uint.MaxValue, id) != 0)
        {
            throw new IOException(
                $"The group \"{group}\" could not be given {path}: {Marshal.GetLastPInvokeErrorMessage()}. Run the server as root, or set another group.");
        }
    }

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint owner, uint group);
}
