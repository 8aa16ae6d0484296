using System.Diagnostics;
using System.Runtime.InteropServices;
using Bulwark.Kernel.Maps;
using Bulwark.Kernel.Native;

namespace Bulwark.Kernel.Tests.Migration;

/// <summary>Maps as another version of Bulwark would have pinned them, made of C that the test gives.</summary>
internal sealed unsafe class OlderMaps : IDisposable
{
    private const string Head =
        """
        #include <linux/bpf.h>
        #include <bpf/bpf_helpers.h>
        struct address { union { __u8 byte[16]; __u32 word[4]; __u64 half[2]; }; };
        #define MAP(name, kind, flags, entries, key_type, value_type) struct { __uint(type, kind); __uint(map_flags, flags); \
            __uint(max_entries, entries); __type(key, key_type); __type(value, value_type); __uint(pinning, LIBBPF_PIN_BY_NAME); } name SEC(".maps");

        """;

    private readonly nint _object;

    public OlderMaps(string folder, string maps)
    {
        var path = Path.Combine(Path.GetTempPath(), $"bulwark-{Guid.NewGuid():N}");
        try
        {
            File.WriteAllText(path + ".c", Head + maps);
            using (var clang = Process.Start("clang", ["-g", "-O2", "-target", "bpf", "-I/usr/include/x86_64-linux-gnu", "-c", path + ".c", "-o", path + ".o"]))
            {
                clang.WaitForExit();
                Assert.Equal(0, clang.ExitCode);
            }
            var bytes = File.ReadAllBytes(path + ".o");
            var root = Marshal.StringToCoTaskMemUTF8(folder);
            var name = Marshal.StringToCoTaskMemUTF8("older");
            var options = new LibBpf.OpenOptions { Size = LibBpf.SizeOf<LibBpf.OpenOptions>(), ObjectName = (byte*)name, PinRootPath = (byte*)root };
            fixed (byte* start = bytes)
                _object = LibBpf.OpenObject(start, (nuint)bytes.Length, &options);
            Assert.NotEqual(0, _object);
            Assert.Equal(0, LibBpf.LoadObject(_object));
            Marshal.FreeCoTaskMem(root);
            Marshal.FreeCoTaskMem(name);
        }
        finally
        {
            File.Delete(path + ".c");
            File.Delete(path + ".o");
        }
    }

    public BpfMap<TKey, TValue> Map<TKey, TValue>(string name)
        where TKey : unmanaged
        where TValue : unmanaged => new(name, Descriptor(name));

    public PerCpuMap<TKey, TValue> PerCpu<TKey, TValue>(string name)
        where TKey : unmanaged
        where TValue : unmanaged => new(name, Descriptor(name));

    public int Descriptor(string name) => LibBpf.FindMap(_object, name);

    public void Dispose() => LibBpf.CloseObject(_object);
}
