using Bulwark.Cli.Api;
using Bulwark.Cli.Output;

namespace Bulwark.Cli.Hosting.Doctor;

/// <summary>Whether the API's socket is free, or a server answers there.</summary>
internal static class SocketCheck
{
    private const string Name = "socket";
    private const string Cost = "Bulwark cannot serve its API there";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public static async Task<Check> OfAsync(string socket, CancellationToken cancel)
    {
        if (!File.Exists(socket))
            return Check.Ok(Name, $"{socket} is free");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(s_patience);
        using var client = new ApiClient(socket);
        try
        {
            var status = await client.StatusAsync(limit.Token).ConfigureAwait(false);
            return Check.Ok(Name, $"Bulwark {status.Version} answers on {socket}, since {Words.Instant(status.StartedAt)}");
        }
        catch (ServerUnreachableException exception) when (exception.WasReached)
        {
            return Check.Warning(Name, $"something on {socket} took the question and hung up", "Whether a server runs is not known",
                "Look again: bulwark doctor");
        }
        catch (ServerUnreachableException)
        {
            return Check.Ok(Name, $"{socket} was left by a server that ended; the next one replaces it");
        }
        catch (NotAuthorisedException exception)
        {
            return Check.Warning(Name, $"{socket} may not be opened by this user", "Whether a server runs is not known", exception.Hint);
        }
        catch (CommandFailure exception)
        {
            return Check.Missing(Name, $"something else answers on {socket}: {exception.Message}", Cost, $"See who: ss -xlp src {socket}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Check.Missing(Name, $"something listens on {socket} but does not answer", Cost, $"See who: ss -xlp src {socket}");
        }
    }
}
