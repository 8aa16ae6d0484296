using Bulwark.Cli.Api;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Cli.Authorization;

/// <summary>Asks the server, and decides in its place when it does not answer.</summary>
internal sealed class ServerClient(PluginOptions options, Action<string> log) : IDisposable
{
    private const int Unavailable = 503;

    private readonly ApiClient _api = new(options.Socket);

    public async Task<PluginAnswer> AskAsync(AuthorizeRequest request, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(options.Wait);
        try
        {
            var report = await _api.AuthorizeAsync(request, patience.Token).ConfigureAwait(false);
            return new(report.Allow, report.Message);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Unanswered(request, $"it did not answer within {options.Wait.TotalSeconds:0.#} s");
        }
        catch (ApiException e) when (e.Status != Unavailable)
        {
            // It is there, and will not judge this: whoever asked must not get through by asking so that it fails.
            log($"refused {request.Act} {request.Subject}: the server cannot judge it: {e.Message} {e.Cause}");
            return new(false, $"Bulwark refuses this, because it cannot be judged: {e.Message}. {e.Cause}");
        }
        catch (CommandFailure e)
        {
            return Unanswered(request, e.Cause.Length > 0 ? e.Cause : e.Message);
        }
    }

    public void Dispose() => _api.Dispose();

    private PluginAnswer Unanswered(AuthorizeRequest request, string reason)
    {
        log($"{(options.IsClosed ? "refused" : "let through, unjudged")}: {request.Act} {request.Subject}{request.Name}: the server is away: {reason}");
        return options.IsClosed
            ? new(false, $"Bulwark does not answer ({reason}), and what has to be judged is refused meanwhile. See: systemctl status bulwark")
            : new(true);
    }
}
