using Microsoft.Extensions.Logging;

namespace Bulwark.Server.Authorization;

/// <summary>Looks every few seconds for containers that were started around the plugin.</summary>
internal sealed partial class UnaskedStarts(Authorizer authorizer, ILogger log)
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(2);

    /// <summary>Looks until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var look = new PeriodicTimer(s_look);
        try
        {
            while (await look.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
            {
                try
                {
                    await authorizer.LookAroundAsync(cancellation).ConfigureAwait(false);
                }
                catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
                {
                    LogNotLooked(e.Message);
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The server ends.
        }
    }

    [LoggerMessage(70, LogLevel.Debug, "Containers that started unasked could not be looked for: {Reason}")]
    private partial void LogNotLooked(string reason);
}
