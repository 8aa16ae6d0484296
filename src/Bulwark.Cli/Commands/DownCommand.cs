using System.CommandLine;
using Bulwark.Cli.Api;
using Bulwark.Cli.Hosting;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark down</c>.</summary>
internal static class DownCommand
{
    public static Command Create(CommandLine line)
    {
        var bpf = HostOptions.BpfRoot();
        var command = new CliCommand("down", "Stop Bulwark and take everything of it out of the kernel; profiles are kept")
        {
            Group = CommandGroup.Run,
            Examples = ["sudo bulwark down"],
            Options = { bpf },
        };
        line.OnRun(command, async (invocation, cancel) =>
        {
            try
            {
                await invocation.Client.DownAsync(cancel).ConfigureAwait(false);
            }
            catch (ServerUnreachableException)
            {
                invocation.Screen.Note("No server runs; removing what is left in the kernel.");
                var options = new DownOptions { Socket = invocation.Socket, BpfRoot = invocation.Value(bpf)! };
                return await line.Host.DetachAsync(options, invocation.Screen, cancel).ConfigureAwait(false);
            }
            await invocation.WaitAsync("Waiting for the server to end", EndedAsync(invocation, cancel)).ConfigureAwait(false);
            invocation.Screen.Note("Bulwark is down. Nothing is watched or blocked any more.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<bool> EndedAsync(Invocation invocation, CancellationToken cancel)
    {
        var limit = TimeSpan.FromSeconds(30);
        for (var started = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(started) < limit;)
        {
            try
            {
                await invocation.Client.StatusAsync(cancel).ConfigureAwait(false);
            }
            catch (ServerUnreachableException)
            {
                return true;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancel).ConfigureAwait(false);
        }
        throw new CommandFailure("the server still runs, although it said that it would end")
        {
            Cause = $"it answers on {invocation.Socket} after {limit.TotalSeconds:0} seconds",
            Hint = "bulwark status",
        };
    }
}
