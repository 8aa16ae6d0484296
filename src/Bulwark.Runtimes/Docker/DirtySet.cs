using System.Threading.Channels;

namespace Bulwark.Runtimes.Docker;

/// <summary>
/// Things to look at again. One is looked at by one worker at a time, and once more if it was marked meanwhile, so that the last
/// look always comes after the last mark. Its size is bounded by the number of things, not of marks.
/// </summary>
internal sealed class DirtySet<T>
    where T : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<T, bool> _takenAndMarkedAgain = [];
    private readonly HashSet<T> _waiting = [];
    private readonly Channel<T> _queue = Channel.CreateUnbounded<T>();

    public void Mark(T item)
    {
        lock (_lock)
        {
            if (_takenAndMarkedAgain.ContainsKey(item))
                _takenAndMarkedAgain[item] = true;
            else if (_waiting.Add(item))
                _queue.Writer.TryWrite(item);
        }
    }

    /// <summary>Waits for the next one; it must be given to <see cref="Done"/>.</summary>
    public async ValueTask<T> TakeAsync(CancellationToken cancellationToken)
    {
        var item = await _queue.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            _waiting.Remove(item);
            _takenAndMarkedAgain.Add(item, false);
        }
        return item;
    }

    public void Done(T item)
    {
        lock (_lock)
        {
            if (_takenAndMarkedAgain.Remove(item, out var again) && again && _waiting.Add(item))
                _queue.Writer.TryWrite(item);
        }
    }
}
