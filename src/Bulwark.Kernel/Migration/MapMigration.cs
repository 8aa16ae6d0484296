using System.Runtime.InteropServices;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Native;

namespace Bulwark.Kernel.Migration;

/// <summary>
/// Brings what another version of Bulwark has in its pinned maps into those of this one. A map that looks the same is taken over as it is. Else a new one takes
/// its entries, field by field, by their names; a field that one of the two does not have is left out, or zero. The programs of the other
/// version go on with its own maps until those of this one are in their place; what they note until then is brought over too, if asked for.
/// </summary>
internal sealed unsafe class MapMigration : IDisposable
{
    // Two versions run for a moment: numbers that one of them gives out are none of the other's.
    private const uint Margin = 4096;
    private const string NextSuffix = "_next"; // no dot: a bpf file system has none in its names

    private static readonly string[] s_urgent = ["openings", "other_connections"];

    private readonly List<Step> _steps = [];

    private MapMigration()
    {
    }

    /// <summary>Whether any map is another than before.</summary>
    public bool HasSteps => _steps.Count > 0;

    /// <summary>To be called when the object is open: whichever maps cannot be taken over will be made anew.</summary>
    /// <exception cref="KernelException">The kernel refuses.</exception>
    public static MapMigration Prepare(nint opened)
    {
        var migration = new MapMigration();
        var types = MapShape.TypesOf(LibBpf.BtfOf(opened));
        for (var map = LibBpf.NextMap(opened, 0); map != 0; map = LibBpf.NextMap(opened, map))
        {
            if (Marshal.PtrToStringUTF8(LibBpf.MapPin(map)) is { } pin && File.Exists(pin))
                migration.Consider(map, pin, types);
        }
        return migration;
    }

    /// <summary>To be called when the object is loaded: fills the new maps, and lets them take the place of the others.</summary>
    /// <exception cref="KernelException">They do not fit, or the kernel refuses: then the others stay.</exception>
    public void Finish()
    {
        foreach (var step in _steps.Where(step => step.From.HasEntries && step.To.HasEntries))
            step.Copy(LibBpf.Any);
        foreach (var step in _steps)
        {
            if (step.Name == "settings")
                SkipNumbers(LibBpf.MapDescriptor(step.Map));
            File.Move(step.Pin + NextSuffix, step.Pin, overwrite: true);
        }
    }

    /// <summary>Brings over what the other version's programs noted since, in the maps that only programs write.</summary>
    /// <param name="switched">Whether this version's programs are in their place: then what these noted counts.</param>
    public void CatchUp(bool switched)
    {
        // Those that an answer waits for are done right before and right after the switch.
        foreach (var step in _steps.Where(step => step.From.IsLeastRecentlyUsed && step.To.IsLeastRecentlyUsed).OrderBy(step => s_urgent.Contains(step.Name) != switched))
            step.Copy(switched ? LibBpf.OnlyNew : LibBpf.Any);
    }

    public void Dispose()
    {
        foreach (var step in _steps)
        {
            step.Old.Dispose();
            if (File.Exists(step.Pin + NextSuffix))
                File.Delete(step.Pin + NextSuffix);
        }
    }

    private void Consider(nint map, string pin, BtfTypes? types)
    {
        LibBpfLog.Begin();
        var descriptor = new Descriptor(LibBpf.OpenPinned(pin));
        LibBpfLog.End();
        if (descriptor.IsInvalid)
            return;
        var (from, to) = (MapShape.Of(descriptor), MapShape.Of(map, types));
        if (to.IsSameAs(from))
        {
            descriptor.Dispose();
            return;
        }
        _steps.Add(new(Path.GetFileName(pin), pin, map, descriptor, from, to));
        // One that was interrupted.
        if (File.Exists(pin + NextSuffix))
            File.Delete(pin + NextSuffix);
        var result = LibBpf.SetMapPin(map, pin + NextSuffix);
        if (result != 0)
            throw new KernelException($"pin {pin}", -result);
    }

    private static void SkipNumbers(int settings)
    {
        foreach (var setting in (ReadOnlySpan<Setting>)[Setting.NextName, Setting.NextExecutable])
        {
            var key = (uint)setting;
            uint next;
            if (LibBpf.Lookup(settings, &key, &next) != 0 || next == 0)
                continue;
            next += Margin;
            _ = LibBpf.Update(settings, &key, &next, 0);
        }
    }

    private sealed record Step(string Name, string Pin, nint Map, Descriptor Old, MapShape From, MapShape To)
    {
        public void Copy(ulong flags)
        {
            var map = LibBpf.MapDescriptor(Map);
            var cpus = From.IsPerCpu ? LibBpf.PossibleCpus() : 1;
            if (From.IsPerCpu != To.IsPerCpu)
                return;
            var (fromStride, toStride) = (From.IsPerCpu ? Rounded(From.ValueSize) : From.ValueSize, To.IsPerCpu ? Rounded(To.ValueSize) : To.ValueSize);
            var (key, next, newKey) = (new byte[From.KeySize], new byte[From.KeySize], new byte[To.KeySize]);
            var (value, newValue) = (new byte[fromStride * cpus], new byte[toStride * cpus]);
            // Entries that the other version's programs add and remove meanwhile may make the kernel start again.
            var left = 2L * From.Capacity;
            fixed (byte* k = key, n = next, nk = newKey, v = value, nv = newValue)
            {
                var result = LibBpf.NextKey(Old.Value, null, n);
                while (result == 0 && left-- > 0)
                {
                    next.CopyTo(key, 0);
                    if (LibBpf.Lookup(Old.Value, k, v) == 0 && TryConvert(key, From.Key, newKey, To.Key))
                    {
                        for (var cpu = 0; cpu < cpus; cpu++)
                        {
                            if (!TryConvert(value.AsSpan(cpu * fromStride, From.ValueSize), From.Value, newValue.AsSpan(cpu * toStride, To.ValueSize), To.Value))
                                return;
                        }
                        Put(map, nk, nv, flags);
                    }
                    result = LibBpf.NextKey(Old.Value, k, n);
                }
            }
        }

        private void Put(int map, byte* key, byte* value, ulong flags)
        {
            if (To.IsArray && *(uint*)key >= To.Capacity)
                return;
            var result = LibBpf.Update(map, key, value, flags);
            if (result != 0 && !(flags == LibBpf.OnlyNew && result == -Errno.Exists))
                throw new KernelException($"bring the entries of the map '{Name}' into that of this version", -result);
        }

        private static bool TryConvert(
            ReadOnlySpan<byte> from, IReadOnlyDictionary<string, BtfField>? fromFields, Span<byte> to, IReadOnlyDictionary<string, BtfField>? toFields)
        {
            to.Clear();
            if (fromFields is null || toFields is null)
                return from.Length == to.Length && from.TryCopyTo(to);
            foreach (var (name, field) in toFields)
            {
                // Little-endian: the low bytes of a number come first.
                if (fromFields.TryGetValue(name, out var old))
                    from.Slice(old.Offset, Math.Min(old.Size, field.Size)).CopyTo(to[field.Offset..]);
            }
            return true;
        }

        private static int Rounded(int size) => (size + 7) / 8 * 8;
    }
}
