namespace Bulwark.Cli.Output;

/// <summary>Tells a person at a terminal what takes so long, once it takes longer than a second.</summary>
internal static class Progress
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    public static async Task<T> WatchAsync<T>(Terminal terminal, bool quiet, string what, Task<T> work)
    {
        if (quiet || !terminal.ErrorIsTerminal)
            return await work.ConfigureAwait(false);
        var started = terminal.Clock.GetTimestamp();
        var shown = false;
        try
        {
            while (await Task.WhenAny(work, Task.Delay(s_patience, terminal.Clock)).ConfigureAwait(false) != work)
            {
                shown = true;
                // A carriage return is all that even a dumb terminal needs to overwrite the line.
                await terminal.Error.WriteAsync($"\r{what} … {Words.Duration(terminal.Clock.GetElapsedTime(started))}").ConfigureAwait(false);
            }
            return await work.ConfigureAwait(false);
        }
        finally
        {
            if (shown)
                await terminal.Error.WriteAsync("\r" + new string(' ', what.Length + 10) + "\r").ConfigureAwait(false);
        }
    }
}
