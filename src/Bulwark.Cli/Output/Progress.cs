namespace Bulwark.Cli.Output;

/// <summary>Tells a person at a terminal what takes so long, once it takes longer than a second.</summary>
internal static class Progress
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    public static async Task<T> WatchAsync<T>(Terminal terminal, bool quiet, string what, Task<T> work)
    {
        await WatchAsync(terminal, quiet, () => what, (Task)work).ConfigureAwait(false);
        return await work.ConfigureAwait(false);
    }

    /// <summary>As above; what is waited for changes while it is.</summary>
    public static async Task WatchAsync(Terminal terminal, bool quiet, Func<string> what, Task work)
    {
        if (quiet || !terminal.ErrorIsTerminal)
        {
            await work.ConfigureAwait(false);
            return;
        }
        var started = terminal.Clock.GetTimestamp();
        var longest = 0;
        try
        {
            while (await Task.WhenAny(work, Task.Delay(s_patience, terminal.Clock)).ConfigureAwait(false) != work)
            {
                var line = $"{what()} … {Words.Duration(terminal.Clock.GetElapsedTime(started))}";
                longest = Math.Max(longest, line.Length);
                // A carriage return is all that even a dumb terminal needs to overwrite the line.
                await terminal.Error.WriteAsync("\r" + line.PadRight(longest)).ConfigureAwait(false);
            }
            await work.ConfigureAwait(false);
        }
        finally
        {
            if (longest > 0)
                await terminal.Error.WriteAsync("\r" + new string(' ', longest) + "\r").ConfigureAwait(false);
        }
    }
}
