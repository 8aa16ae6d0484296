using Bulwark.Kernel.Native;

namespace Bulwark.Kernel.Maps;

/// <summary>A map of the kernel's, with typed keys and values. Safe for any thread: every call is one system call.</summary>
public sealed unsafe class BpfMap<TKey, TValue>
    where TKey : unmanaged
    where TValue : unmanaged
{
    private const int Batch = 4096; // more than any bucket of a hash map holds

    private readonly int _descriptor;

    /// <param name="name">Its name, for errors.</param>
    /// <param name="descriptor">Owned by the object that the map belongs to.</param>
    internal BpfMap(string name, int descriptor)
    {
        Name = name;
        _descriptor = descriptor;
    }

    public string Name { get; }

    public bool TryGet(in TKey key, out TValue value)
    {
        value = default;
        fixed (TKey* k = &key)
        fixed (TValue* v = &value)
        {
            var result = LibBpf.Lookup(_descriptor, k, v);
            if (result == 0)
                return true;
            return result == -Errno.NoEntry ? false : throw new KernelException($"read the map '{Name}'", -result);
        }
    }

    /// <exception cref="KernelException">The map is full (<see cref="KernelException.Error"/> E2BIG), or the kernel has no memory.</exception>
    public void Set(in TKey key, in TValue value)
    {
        var result = Update(key, value, LibBpf.Any);
        if (result != 0)
            throw new KernelException($"write to the map '{Name}'", -result);
    }

    /// <summary>Writes many entries, a batch to a system call, and several batches at a time. After an error some of them are written.</summary>
    /// <exception cref="KernelException">The map is full (<see cref="KernelException.Error"/> E2BIG), or the kernel has no memory.</exception>
    public void SetAll(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, keys.Length);
        fixed (TKey* k = keys)
        fixed (TValue* v = values)
        {
            var (firstKey, firstValue) = ((nint)k, (nint)v);
            InBatches(keys.Length, "write to", (start, length) =>
            {
                var count = (uint)length;
                return LibBpf.UpdateBatch(_descriptor, (TKey*)firstKey + start, (TValue*)firstValue + start, &count, null);
            });
        }
    }

    /// <summary>Adds the entry unless its key is there; false if it is.</summary>
    public bool TryAdd(in TKey key, in TValue value)
    {
        var result = Update(key, value, LibBpf.OnlyNew);
        if (result == 0)
            return true;
        return result == -Errno.Exists ? false : throw new KernelException($"write to the map '{Name}'", -result);
    }

    /// <summary>Whether the entry was there.</summary>
    public bool Remove(in TKey key)
    {
        fixed (TKey* k = &key)
        {
            var result = LibBpf.Delete(_descriptor, k);
            if (result == 0)
                return true;
            return result == -Errno.NoEntry ? false : throw new KernelException($"delete from the map '{Name}'", -result);
        }
    }

    /// <summary>Removes the entries that are there, a batch to a system call, and several batches at a time.</summary>
    public void RemoveAll(ReadOnlySpan<TKey> keys)
    {
        fixed (TKey* k = keys)
        {
            var first = (nint)k;
            InBatches(keys.Length, "delete from", (start, length) =>
            {
                while (length > 0)
                {
                    // The kernel stops at one that is not there.
                    var count = (uint)length;
                    var result = LibBpf.DeleteBatch(_descriptor, (TKey*)first + start, &count, null);
                    if (result is not (0 or -Errno.NoEntry))
                        return result;
                    var done = (int)count + (result == 0 ? 0 : 1);
                    (start, length) = (start + done, length - done);
                }
                return 0;
            });
        }
    }

    /// <summary>
    /// Every key. The kernel starts again when the key where it stands is removed meanwhile, so a key may come twice; no more are
    /// returned than <paramref name="limit"/>.
    /// </summary>
    public List<TKey> Keys(int limit = int.MaxValue)
    {
        var keys = new List<TKey>();
        TKey key = default, next;
        var result = LibBpf.NextKey(_descriptor, null, &next);
        while (result == 0 && keys.Count < limit)
        {
            keys.Add(next);
            key = next;
            result = LibBpf.NextKey(_descriptor, &key, &next);
        }
        if (result is not (0 or -Errno.NoEntry))
            throw new KernelException($"list the map '{Name}'", -result);
        return keys;
    }

    /// <summary>Every entry that is still there when it is read.</summary>
    public IEnumerable<KeyValuePair<TKey, TValue>> Entries()
    {
        foreach (var key in Keys())
        {
            if (TryGet(key, out var value))
                yield return new(key, value);
        }
    }

    /// <summary>How many values are such; reads in batches of one system call each.</summary>
    public long Count(Predicate<TValue> which)
    {
        // Where the kernel stands: for hash maps a number of 4 bytes; as long as a key to be safe.
        var position = stackalloc byte[Math.Max(sizeof(TKey), 8)];
        var found = 0L;
        var first = true;
        fixed (TKey* keys = new TKey[Batch])
        fixed (TValue* values = new TValue[Batch])
        {
            while (true)
            {
                var count = (uint)Batch;
                var result = LibBpf.LookupBatch(_descriptor, first ? null : position, position, keys, values, &count, null);
                if (result is not (0 or -Errno.NoEntry))
                    throw new KernelException($"list the map '{Name}'", -result);
                for (var i = 0; i < count; i++)
                    found += which(values[i]) ? 1 : 0;
                if (result != 0)
                    return found;
                first = false;
            }
        }
    }

    // What a batch gives back is 0, or an error of which one is told.
    private void InBatches(int length, string what, Func<int, int, int> act)
    {
        var failure = 0;
        Parallel.For(0, (length + Batch - 1) / Batch, (batch, state) =>
        {
            if (act(batch * Batch, Math.Min(Batch, length - batch * Batch)) is var result and not 0)
            {
                Interlocked.CompareExchange(ref failure, -result, 0);
                state.Stop();
            }
        });
        if (failure != 0)
            throw new KernelException($"{what} the map '{Name}'", failure);
    }

    private int Update(in TKey key, in TValue value, ulong flags)
    {
        fixed (TKey* k = &key)
        fixed (TValue* v = &value)
            return LibBpf.Update(_descriptor, k, v, flags);
    }
}
