using System.Diagnostics;
using System.Globalization;

namespace Bulwark.EndToEnd.Harness;

/// <summary>Waits for something to become so.</summary>
public static class Poll
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(150);

    /// <summary>How many times as long a machine may take as most do (<c>BULWARK_TEST_PATIENCE</c>): an emulated one does.</summary>
    private static readonly double s_patience = double.Parse(
        Environment.GetEnvironmentVariable("BULWARK_TEST_PATIENCE") ?? "1", NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);

    /// <summary>Asks until <paramref name="ask"/> is true; after <paramref name="limit"/> throws, naming <paramref name="what"/>.</summary>
    public static async Task UntilAsync(string what, TimeSpan limit, Func<Task<bool>> ask) =>
        await UntilAsync<object>(what, limit, async () => await ask() ? new object() : null);

    /// <summary>Asks until <paramref name="ask"/> has an answer, and gives it. What it throws counts as none, until the end.</summary>
    public static async Task<T> UntilAsync<T>(string what, TimeSpan limit, Func<Task<T?>> ask)
        where T : class
    {
        limit *= s_patience;
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            Exception? failure = null;
            try
            {
                if (await ask() is { } answer)
                    return answer;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                failure = exception;
            }
            if (Stopwatch.GetElapsedTime(started) > limit)
                throw new TimeoutException($"Not within {limit.TotalSeconds:0} s: {what}.", failure);
            await Task.Delay(s_pause);
        }
    }
}
