using System.Diagnostics;
using System.Net.Sockets;

namespace Bulwark.Cli.Hosting.Demo.Parts;

/// <summary>Tries to read a database, as an attacker in a container would, and says how it went.</summary>
internal static class Reach
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>0 if the database gave its data.</summary>
    public static async Task<int> RunAsync(string host, int port, TextWriter output, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(s_patience);
        var started = Stopwatch.GetTimestamp();
        try
        {
            var visits = await TinyDatabase.AskAsync(host, port, ["GET", TinyDatabase.Visits], limit.Token).ConfigureAwait(false);
            await output.WriteLineAsync($"{host}:{port} gave its data: {visits} visits").ConfigureAwait(false);
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is IOException or SocketException or InvalidDataException
            || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            var reason = e is OperationCanceledException ? "no answer" : e.Message;
            await output.WriteLineAsync($"{host}:{port} not reached: {reason} (after {(long)Stopwatch.GetElapsedTime(started).TotalMilliseconds} ms)")
                .ConfigureAwait(false);
            return ExitCode.Failed;
        }
    }
}
