namespace Bulwark.EndToEnd.Harness;

/// <summary>Users who visit an application steadily, and count who got no answer.</summary>
public sealed class Visitors : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _failures = [];
    private readonly Task _visits;
    private int _served;

    private Visitors(ThreeTierApplication application) => _visits = VisitAsync(application);

    public static Visitors Of(ThreeTierApplication application) => new(application);

    /// <summary>How many got their page so far.</summary>
    public int Served => Volatile.Read(ref _served);

    /// <summary>Why others did not, so far.</summary>
    public IReadOnlyList<string> Failures
    {
        get
        {
            lock (_failures)
                return [.. _failures];
        }
    }

    /// <summary>Waits until that many more were served.</summary>
    public async Task WaitForAsync(int more)
    {
        var goal = Served + more;
        await Poll.UntilAsync($"{more} visitors are served", TimeSpan.FromSeconds(60), () => Task.FromResult(Served >= goal));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _visits;
        _stop.Dispose();
    }

    private async Task VisitAsync(ThreeTierApplication application)
    {
        while (!_stop.IsCancellationRequested)
        {
            var visit = await application.VisitAsync();
            if (visit.Succeeded)
            {
                Interlocked.Increment(ref _served);
            }
            else
            {
                lock (_failures)
                    _failures.Add(visit.ToString());
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    }
}
