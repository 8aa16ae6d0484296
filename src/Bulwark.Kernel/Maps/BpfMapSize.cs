using System.Runtime.InteropServices;
using Bulwark.Kernel.Native;

namespace Bulwark.Kernel.Maps;

/// <summary>How full a map is.</summary>
internal static unsafe class BpfMapSize
{
    public static long Capacity(int map) => Information(map).MaxEntries;

    /// <summary>Counts by listing the keys; at most as many as the map can hold, whatever happens to it meanwhile.</summary>
    public static long Count(int map)
    {
        var information = Information(map);
        var keys = stackalloc byte[2 * (int)information.KeySize];
        byte* key = null;
        var next = keys;
        var count = 0L;
        while (count < information.MaxEntries && LibBpf.NextKey(map, key, next) == 0)
        {
            count++;
            key = next;
            next = key == keys ? keys + information.KeySize : keys;
        }
        return count;
    }

    private static MapInformation Information(int map)
    {
        MapInformation information;
        var size = (uint)sizeof(MapInformation);
        var result = LibBpf.ObjectInformation(map, &information, &size);
        return result == 0 ? information : throw new KernelException("ask for the size of a map", -result);
    }

    /// <summary>The start of <c>struct bpf_map_info</c> (linux/bpf.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MapInformation
    {
        public uint Type;
        public uint Id;
        public uint KeySize;
        public uint ValueSize;
        public uint MaxEntries;
        public uint MapFlags;
    }
}
