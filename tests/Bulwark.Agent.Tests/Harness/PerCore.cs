using System.Runtime.InteropServices;
using Bulwark.Kernel;
using Bulwark.Kernel.Native;

namespace Bulwark.Agent.Tests.Harness;

/// <summary>Writes values of maps with one value a core, which only the kernel programs do otherwise.</summary>
internal static unsafe class PerCore
{
    public static int Count { get; } = LibBpf.PossibleCpus();

    /// <summary>Sets a core's value of an entry in the map that holds such values by name.</summary>
    public static void Set<TKey, TValue>(KernelPrograms kernel, TKey key, Func<int, TValue> value)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        var stride = (sizeof(TValue) + 7) / 8 * 8;
        var bytes = new byte[stride * Count];
        for (var core = 0; core < Count; core++)
            MemoryMarshal.Write(bytes.AsSpan(core * stride), value(core));
        fixed (byte* values = bytes)
        {
            var result = LibBpf.Update(kernel.Descriptor(typeof(TKey) == typeof(Kernel.Layout.Counter) ? "counters" : "traffic"), &key, values, 0);
            if (result != 0)
                throw new KernelException("write a value a core", -result);
        }
    }
}
