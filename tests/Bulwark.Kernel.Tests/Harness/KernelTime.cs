using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bulwark.Kernel.Tests.Harness;

/// <summary>Lets time pass for the programs: what they noted the time of becomes older.</summary>
internal static class KernelTime
{
    /// <summary>Moves every time in the maps; a negative span puts them into the future, as another core's clock may.</summary>
    public static void Pass(KernelPrograms kernel, TimeSpan span)
    {
        // Each of these values starts with a time.
        Shift<Bytes48, Bytes56>(kernel, "openings", span);
        Shift<Bytes48, Bytes56>(kernel, "tcp_connections", span);
        Shift<Bytes48, Bytes56>(kernel, "other_connections", span);
        Shift<Bytes40, Bytes16>(kernel, "announcements", span);
        Shift<Bytes48, Bytes16>(kernel, "fragments", span);
        Shift<Bytes24, Bytes24>(kernel, "name_addresses", span);
        Shift<Bytes32, Bytes16>(kernel, "attempts", span);
        Shift<Bytes12, Bytes16>(kernel, "buckets", span);
        ShiftNoted(kernel, span);
    }

    // The last field of struct clients, in seconds, where there is a time.
    private static void ShiftNoted(KernelPrograms kernel, TimeSpan span)
    {
        var map = kernel.Map<ulong, Bytes88>("proxied");
        foreach (var (key, value) in map.Entries().ToList())
        {
            var changed = value;
            ref var noted = ref MemoryMarshal.Cast<byte, uint>((Span<byte>)changed)[^1];
            if (noted != 0)
                noted -= (uint)span.TotalSeconds;
            map.Set(key, changed);
        }
    }

    private static void Shift<TKey, TValue>(KernelPrograms kernel, string name, TimeSpan span)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        var map = kernel.Map<TKey, TValue>(name);
        foreach (var (key, value) in map.Entries().ToList())
        {
            var changed = value;
            ref var time = ref Unsafe.As<TValue, long>(ref changed);
            // Ages are differences, right even below zero; an expiry is compared as it is.
            time -= (long)span.TotalNanoseconds;
            if (name == "name_addresses")
                time = Math.Max(0, time);
            map.Set(key, changed);
        }
    }

    [InlineArray(12)]
    private struct Bytes12
    {
        private byte _first;
    }

    [InlineArray(16)]
    private struct Bytes16
    {
        private byte _first;
    }

    [InlineArray(24)]
    private struct Bytes24
    {
        private byte _first;
    }

    [InlineArray(32)]
    private struct Bytes32
    {
        private byte _first;
    }

    [InlineArray(40)]
    private struct Bytes40
    {
        private byte _first;
    }

    [InlineArray(48)]
    private struct Bytes48
    {
        private byte _first;
    }

    [InlineArray(56)]
    private struct Bytes56
    {
        private byte _first;
    }

    [InlineArray(88)]
    private struct Bytes88
    {
        private byte _first;
    }
}
