using System.Net;
using System.Net.Sockets;
using Bulwark.Cli.Hosting.Demo.Parts;

namespace Bulwark.Cli.Hosting.Demo;

/// <summary>Users of the application: they ask for its page again and again, and count what they did not get.</summary>
internal sealed class DemoVisitors(IPAddress proxy)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private int _visits;
    private int _failures;

    public int Visits => Volatile.Read(ref _visits);

    public int Failures => Volatile.Read(ref _failures);

    /// <summary>Why the last failed, or empty.</summary>
    public string LastFailure { get; private set; } = "";

    public string Address => $"http://{(proxy.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{proxy}]" : proxy.ToString())}/";

    /// <summary>One visit; the page, or null.</summary>
    public async Task<string?> VisitAsync(CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(s_patience);
        try
        {
            var page = await TinyHttp.GetAsync(proxy.ToString(), Addresses.ProxyPort, limit.Token).ConfigureAwait(false);
            Interlocked.Increment(ref _visits);
            return page;
        }
        catch (Exception e) when (e is IOException or SocketException or InvalidDataException or OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            LastFailure = e.Message;
            return null;
        }
    }

    /// <summary>Visits until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                if (await VisitAsync(cancel).ConfigureAwait(false) is null)
                    Interlocked.Increment(ref _failures);
                await Task.Delay(s_pause, cancel).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Asked for.
        }
    }
}
