using Bulwark.Cli.Api;
using Bulwark.Runtimes.Docker;

namespace Bulwark.Cli.Hosting.Demo;

/// <summary>What must hold before the demonstration touches anything.</summary>
internal static class DemoGuard
{
    private const string BpfFileSystem = "/sys/fs/bpf";
    private const string LockFile = "/run/bulwark-demo.lock";

    // The maps of every Bulwark are pinned by these names.
    private static readonly string[] s_pins = ["endpoints", "policies"];
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Sees to it that nothing is in the way. The lock is held as long as the demonstration runs.</summary>
    /// <exception cref="CommandFailure">Something is.</exception>
    public static async Task<IDisposable> EnterAsync(DemoOptions options, DockerClient docker, CancellationToken cancel)
    {
        if (!Environment.IsPrivilegedProcess)
            throw new CommandFailure("the demonstration can't start") { Cause = "putting programs into the kernel needs root", Hint = "sudo bulwark demo" };
        var held = Lock();
        try
        {
            await docker.PingAsync(cancel).ConfigureAwait(false);
            if (options.Socket != DemoServer.Socket)
                await RefuseBesideServerAsync(options.Socket, cancel).ConfigureAwait(false);
            if (options.Socket != UpOptions.DefaultSocket)
                await RefuseBesideServerAsync(UpOptions.DefaultSocket, cancel).ConfigureAwait(false);
            RefuseBesidePrograms();
            return held;
        }
        catch
        {
            await held.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static FileStream Lock()
    {
        try
        {
            return new FileStream(LockFile, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                Options = FileOptions.DeleteOnClose,
            });
        }
        catch (IOException e)
        {
            throw new CommandFailure("another demonstration runs", e) { Cause = e.Message, Hint = "wait for its end, or end it with Ctrl-C" };
        }
    }

    private static async Task RefuseBesideServerAsync(string socket, CancellationToken cancel)
    {
        using var client = new ApiClient(socket);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(s_patience);
        try
        {
            await client.StatusAsync(limit.Token).ConfigureAwait(false);
        }
        catch (ServerUnreachableException e) when (!e.WasReached)
        {
            return;
        }
        catch (Exception e) when (e is CommandFailure || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            // Something is there, though it does not answer well.
        }
        throw new CommandFailure("Bulwark runs on this machine already")
        {
            Cause = $"a server listens on {socket}; the demonstration brings its own, and two would be in each other's way",
            Hint = "see what it protects with 'bulwark map'; or take it away with 'bulwark down' and start the demonstration again",
        };
    }

    // Programs go on when their server ended. The demonstration's would take their places on the interfaces.
    private static void RefuseBesidePrograms()
    {
        if (!Directory.Exists(BpfFileSystem))
            return;
        foreach (var directory in Directory.GetDirectories(BpfFileSystem))
        {
            if (directory == DemoServer.BpfRoot || !s_pins.All(pin => File.Exists(Path.Combine(directory, pin))))
                continue;
            throw new CommandFailure("Bulwark's programs are in this kernel already")
            {
                Cause = $"they are pinned at {directory} and go on although no server runs; the demonstration would take their place",
                Hint = directory == UpOptions.DefaultBpfRoot
                    ? "bulwark up, to go on with them; or bulwark down, to take them away"
                    : $"bulwark down --bpf-root {directory}, to take them away",
            };
        }
    }
}
