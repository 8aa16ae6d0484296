using Bulwark.Kernel.Native;

namespace Bulwark.Kernel.Migration;

/// <summary>What a map's entries look like.</summary>
/// <param name="Key">Its fields; null where BTF does not tell.</param>
/// <param name="Value">Its fields; null where BTF does not tell.</param>
internal sealed unsafe record MapShape(
    uint Type, int KeySize, int ValueSize, int Capacity, uint Flags, IReadOnlyDictionary<string, BtfField>? Key, IReadOnlyDictionary<string, BtfField>? Value)
{
    // BPF_MAP_TYPE_*
    private const uint ArrayType = 2, PerCpuHash = 5, PerCpuArray = 6, LruHash = 9, LruPerCpuHash = 10, CgroupStorage = 19, RingBuffer = 27;

    /// <summary>Whether its entries can be listed and written from outside.</summary>
    public bool HasEntries => Type is not (CgroupStorage or RingBuffer);

    public bool IsArray => Type is ArrayType or PerCpuArray;

    /// <summary>Whether it forgets the longest unused: so do those that the programs write, and they only.</summary>
    public bool IsLeastRecentlyUsed => Type is LruHash or LruPerCpuHash;

    public bool IsPerCpu => Type is PerCpuHash or PerCpuArray or LruPerCpuHash;

    /// <summary>Whether a map of this shape can be used as one of the other.</summary>
    public bool IsSameAs(MapShape other) =>
        (Type, KeySize, ValueSize, Capacity, Flags) == (other.Type, other.KeySize, other.ValueSize, other.Capacity, other.Flags)
        && AreSame(Key, other.Key) && AreSame(Value, other.Value);

    /// <summary>Of a map that an object declares.</summary>
    public static MapShape Of(nint map, BtfTypes? types) => new(
        LibBpf.MapType(map), (int)LibBpf.MapKeySize(map), (int)LibBpf.MapValueSize(map), (int)LibBpf.MapCapacity(map), LibBpf.MapFlags(map),
        types?.FieldsOf(LibBpf.MapKeyType(map)), types?.FieldsOf(LibBpf.MapValueType(map)));

    /// <summary>Of a map that is in the kernel.</summary>
    /// <exception cref="KernelException">The kernel does not tell.</exception>
    public static MapShape Of(Descriptor map)
    {
        var information = MapInformation.Of(map.Value);
        var types = information.Btf == 0 ? null : TypesOf(information.Btf);
        return new(
            information.Type, (int)information.KeySize, (int)information.ValueSize, (int)information.MaxEntries, information.Flags,
            types?.FieldsOf(information.KeyType), types?.FieldsOf(information.ValueType));
    }

    /// <summary>Of the object.</summary>
    public static BtfTypes? TypesOf(nint btf)
    {
        if (btf == 0)
            return null;
        uint size;
        var raw = LibBpf.RawBtf(btf, &size);
        return raw == null ? null : new(new ReadOnlySpan<byte>(raw, (int)size));
    }

    private static BtfTypes? TypesOf(uint number)
    {
        LibBpfLog.Begin();
        var btf = LibBpf.LoadBtf(number);
        LibBpfLog.End();
        try
        {
            return TypesOf(btf);
        }
        finally
        {
            if (btf != 0)
                LibBpf.FreeBtf(btf);
        }
    }

    // What one of them does not tell counts by its size alone.
    private static bool AreSame(IReadOnlyDictionary<string, BtfField>? a, IReadOnlyDictionary<string, BtfField>? b) =>
        a is null || b is null || (a.Count == b.Count && a.All(field => b.TryGetValue(field.Key, out var other) && other == field.Value));
}
