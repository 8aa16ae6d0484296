using System.CommandLine.Completions;
using System.Globalization;
using Bulwark.Cli.Api;

namespace Bulwark.Cli.Completion;

/// <summary>Values that only the server knows, for a shell that waits for them: none after 200 ms.</summary>
internal sealed class CompletionValues(GlobalOptions options)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(200);

    public IEnumerable<string> Workloads(CompletionContext context) => Ask(context, async (client, cancel) =>
        (await client.WorkloadsAsync(cancel).ConfigureAwait(false)).Select(workload => workload.Name));

    public IEnumerable<string> Peers(CompletionContext context) => Ask(context, async (client, cancel) =>
        (await client.MapAsync(cancel).ConfigureAwait(false)).Peers.Select(peer => peer.Peer));

    public IEnumerable<string> Ports(CompletionContext context) => Ask(context, async (client, cancel) =>
        (await client.MapAsync(cancel).ConfigureAwait(false)).Conversations.Select(conversation => conversation.Port).Distinct());

    public IEnumerable<string> Events(CompletionContext context) => Ask(context, async (client, cancel) =>
        (await client.EventsAsync(new EventFilter { Limit = 20 }, cancel).ConfigureAwait(false))
            .Where(item => item.Kind == "verdict").Select(item => item.Id.ToString(CultureInfo.InvariantCulture)));

    private List<string> Ask(CompletionContext context, Func<ApiClient, CancellationToken, Task<IEnumerable<string>>> ask)
    {
        using var limit = new CancellationTokenSource(s_patience);
        using var client = new ApiClient(context.ParseResult.GetValue(options.Socket) ?? "");
        try
        {
            var asked = Task.Run(() => ask(client, limit.Token), limit.Token);
            return asked.Wait(s_patience) ? [.. asked.Result.Where(IsSafeInAShell)] : [];
        }
        catch (AggregateException)
        {
            // No server, no values: a shell that completes is no place to complain.
            return [];
        }
    }

    // The words end up in a command line, so a name with anything that a shell interprets is not offered.
    private static bool IsSafeInAShell(string word) =>
        word.Length > 0 && word[0] != '-' && word.All(character => char.IsAsciiLetterOrDigit(character) || "._/@:-+".Contains(character, StringComparison.Ordinal));
}
