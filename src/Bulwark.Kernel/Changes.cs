using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Maps;

namespace Bulwark.Kernel;

/// <summary>
/// Brackets every change of what connections are judged by: places, policies in force, addresses, ranges. While one is under way the programs
/// look everything up for each packet; after it they judge each open connection anew, once. So a change counts for open connections too,
/// and still does if the agent dies in the middle of it.
/// </summary>
public sealed class Changes
{
    private readonly BpfMap<Setting, uint> _settings;
    private readonly Lock _lock = new();
    private int _underWay;

    /// <summary>Ends what an earlier agent did not.</summary>
    internal Changes(BpfMap<Setting, uint> settings)
    {
        _settings = settings;
        using (Begin())
        {
        }
    }

    /// <summary>A change begins; it ends when what is returned is disposed of. Several may be under way at once.</summary>
    /// <exception cref="KernelException">The kernel refuses.</exception>
    public Change Begin()
    {
        lock (_lock)
        {
            if (_underWay == 0)
                Set(Count() | 1);
            _underWay++;
        }
        return new(this);
    }

    private void End()
    {
        lock (_lock)
        {
            if (--_underWay == 0)
                Set((Count() | 1) + 1);
        }
    }

    private uint Count() => _settings.TryGet(Setting.Changes, out var count) ? count : 0;

    private void Set(uint count) => _settings.Set(Setting.Changes, count);

    /// <summary>A change under way.</summary>
    public readonly struct Change : IDisposable
    {
        private readonly Changes _changes;

        internal Change(Changes changes) => _changes = changes;

        public void Dispose() => _changes.End();
    }
}
