using System.CommandLine;
using Bulwark.Cli.Api;
using Bulwark.Cli.Hosting;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark down</c>.</summary>
internal static class DownCommand
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_answer = TimeSpan.FromSeconds(5);

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
            var options = new DownOptions { Socket = invocation.Socket, BpfRoot = invocation.Value(bpf)! };
            try
            {
                await invocation.Client.DownAsync(cancel).ConfigureAwait(false);
            }
            catch (ServerUnreachableException failure) when (!failure.WasReached)
            {
                invocation.Screen.Note("No server runs; removing what is left in the kernel.");
                return await line.Host.DetachAsync(options, invocation.Screen, cancel).ConfigureAwait(false);
            }
            catch (ServerUnreachableException failure)
            {
                // It may be ending, as it was asked to; two that detach at the same time would be in each other's way.
                invocation.Screen.Note($"The server broke the connection before it answered ({failure.Cause}); waiting for its end.");
                await EndedAsync(invocation, cancel).ConfigureAwait(false);
                invocation.Screen.Note("It has ended; removing what it may have left in the kernel.");
                return await line.Host.DetachAsync(options, invocation.Screen, cancel).ConfigureAwait(false);
            }
            await EndedAsync(invocation, cancel).ConfigureAwait(false);
            invocation.Screen.Note("Bulwark is down. Nothing is watched or blocked any more.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Task<bool> EndedAsync(Invocation invocation, CancellationToken cancel) =>
        invocation.WaitAsync("Waiting for the server to end", PollAsync(invocation, cancel));

    private static async Task<bool> PollAsync(Invocation invocation, CancellationToken cancel)
    {
        for (var started = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(started) < s_patience;)
        {
            if (!await AnswersAsync(invocation.Client, cancel).ConfigureAwait(false))
                return true;
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancel).ConfigureAwait(false);
        }
        throw new CommandFailure("the server still runs, although it was asked to end")
        {
            Cause = $"it is there on {invocation.Socket} after {s_patience.TotalSeconds:0} seconds",
            Hint = "bulwark status",
        };
    }

    private static async Task<bool> AnswersAsync(ApiClient client, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(s_answer);
        try
        {
            await client.StatusAsync(limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (ServerUnreachableException failure)
        {
            return failure.WasReached;
        }
        catch (ApiException)
        {
            // It says that it is ending.
            return true;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return true;
        }
    }
}
