using System.Runtime.CompilerServices;
using Bulwark.Kernel.Native;

namespace Bulwark.Kernel.Maps;

/// <summary>A map with one value a CPU. Read in batches into memory of its own, so one thread at a time.</summary>
public sealed unsafe class PerCpuMap<TKey, TValue>
    where TKey : unmanaged
    where TValue : unmanaged
{
    // The largest bucket of a hash map must fit into a batch; with keys hashed by the kernel, this is ample.
    private const int Batch = 1024;

    // The kernel rounds each CPU's value up to 8 bytes.
    private static readonly int s_stride = (Unsafe.SizeOf<TValue>() + 7) / 8 * 8;
    private static readonly int s_cpus = LibBpf.PossibleCpus();

    private readonly int _descriptor;
    private readonly TKey[] _keys = new TKey[Batch];
    private readonly byte[] _values = new byte[Batch * s_stride * s_cpus];

    internal PerCpuMap(string name, int descriptor)
    {
        Name = name;
        _descriptor = descriptor;
    }

    /// <summary>Told of one entry: its key, and the value of each CPU.</summary>
    public delegate void Visitor(in TKey key, PerCpuValues values);

    public string Name { get; }

    /// <summary>One entry's values, or false.</summary>
    public bool TryRead(in TKey key, Visitor visitor)
    {
        fixed (TKey* k = &key)
        fixed (byte* v = _values)
        {
            var result = LibBpf.Lookup(_descriptor, k, v);
            if (result == -Errno.NoEntry)
                return false;
            if (result != 0)
                throw new KernelException($"read the map '{Name}'", -result);
            visitor(key, new(v));
            return true;
        }
    }

    /// <summary>Visits every entry, in batches of one system call each.</summary>
    public void ReadAll(Visitor visitor)
    {
        // Where the kernel stands: for hash maps a number of 4 bytes; as long as a key to be safe.
        var position = stackalloc byte[Math.Max(Unsafe.SizeOf<TKey>(), 8)];
        var first = true;
        fixed (TKey* keys = _keys)
        fixed (byte* values = _values)
        {
            while (true)
            {
                var count = (uint)Batch;
                var result = LibBpf.LookupBatch(_descriptor, first ? null : position, position, keys, values, &count, null);
                if (result is not (0 or -Errno.NoEntry))
                    throw new KernelException($"list the map '{Name}'", -result);
                for (var i = 0; i < count; i++)
                    visitor(keys[i], new(values + (long)i * s_stride * s_cpus));
                if (result != 0)
                    return;
                first = false;
            }
        }
    }

    /// <summary>The values of one entry, valid while the visitor runs.</summary>
    public readonly ref struct PerCpuValues
    {
        private readonly byte* _start;

        internal PerCpuValues(byte* start) => _start = start;

        public int Count => s_cpus;

        public ref readonly TValue this[int cpu] => ref Unsafe.AsRef<TValue>(_start + (long)cpu * s_stride);
    }
}
