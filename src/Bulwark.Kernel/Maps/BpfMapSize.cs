using Bulwark.Kernel.Native;

namespace Bulwark.Kernel.Maps;

/// <summary>How full a map is.</summary>
internal static unsafe class BpfMapSize
{
    public static long Capacity(int map) => MapInformation.Of(map).MaxEntries;

    /// <summary>Counts by listing the keys; at most as many as the map can hold, whatever happens to it meanwhile.</summary>
    public static long Count(int map)
    {
        var information = MapInformation.Of(map);
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
}
