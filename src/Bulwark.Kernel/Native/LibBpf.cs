using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bulwark.Kernel.Native;

/// <summary>
/// libbpf 1.x (https://libbpf.readthedocs.io). Functions that return an int give a negative errno value on failure; those that return a
/// pointer give null and set errno.
/// </summary>
internal static unsafe partial class LibBpf
{
    public const string Library = "libbpf.so.1";

    /// <summary><c>struct bpf_object_open_opts</c> as of libbpf 1.1.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct OpenOptions
    {
        public nuint Size;
        public byte* ObjectName;
        public byte RelaxedMaps;
        public byte* PinRootPath;
        public byte* Kconfig;
        public byte* BtfCustomPath;
        public byte* KernelLog;
        public nuint KernelLogSize;
        public uint KernelLogLevel;
    }

    /// <summary><c>struct bpf_tc_hook</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct TcHook
    {
        public nuint Size;
        public int Interface;
        public TcAttachPoint AttachPoint;
        public uint Parent;
    }

    public enum TcAttachPoint
    {
        Ingress = 1,
        Egress = 2,
    }

    /// <summary><c>struct bpf_tc_opts</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct TcOptions
    {
        public nuint Size;
        public int Program;
        public uint Flags;
        public uint ProgramId;
        public uint Handle;
        public uint Priority;
    }

    public const uint TcReplace = 1;

    /// <summary><c>struct bpf_link_create_opts</c>, up to its flags.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct LinkOptions
    {
        public nuint Size;
        public uint Flags;
    }

    // <linux/bpf.h>: BPF_ANY, BPF_NOEXIST.
    public const ulong Any = 0;
    public const ulong OnlyNew = 1;

    // <linux/bpf.h>: BPF_TCX_INGRESS, BPF_TCX_EGRESS, BPF_F_BEFORE.
    public const uint TcxIngress = 46;
    public const uint TcxEgress = 47;
    public const uint BeforeOthers = 1 << 3;

    /// <summary><c>struct bpf_test_run_opts</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct TestRunOptions
    {
        public nuint Size;
        public void* DataIn;
        public void* DataOut;
        public uint DataSizeIn;
        public uint DataSizeOut;
        public void* ContextIn;
        public void* ContextOut;
        public uint ContextSizeIn;
        public uint ContextSizeOut;
        public uint ReturnValue;
        public int Repeat;
        public uint Duration;
        public uint Flags;
        public uint Cpu;
        public uint BatchSize;
    }

    [LibraryImport(Library, EntryPoint = "libbpf_set_print")]
    public static partial void* SetPrint(delegate* unmanaged[Cdecl]<int, byte*, void*, int> print);

    [LibraryImport(Library, EntryPoint = "bpf_object__open_mem", SetLastError = true)]
    public static partial nint OpenObject(byte* bytes, nuint size, OpenOptions* options);

    [LibraryImport(Library, EntryPoint = "bpf_object__load")]
    public static partial int LoadObject(nint bpfObject);

    [LibraryImport(Library, EntryPoint = "bpf_object__close")]
    public static partial void CloseObject(nint bpfObject);

    [LibraryImport(Library, EntryPoint = "bpf_object__find_program_by_name", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial nint FindProgram(nint bpfObject, string name);

    [LibraryImport(Library, EntryPoint = "bpf_program__fd")]
    public static partial int ProgramDescriptor(nint program);

    [LibraryImport(Library, EntryPoint = "bpf_object__find_map_fd_by_name", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int FindMap(nint bpfObject, string name);

    [LibraryImport(Library, EntryPoint = "bpf_object__next_map")]
    public static partial nint NextMap(nint bpfObject, nint map);

    [LibraryImport(Library, EntryPoint = "bpf_object__btf")]
    public static partial nint BtfOf(nint bpfObject);

    [LibraryImport(Library, EntryPoint = "bpf_map__pin_path")]
    public static partial nint MapPin(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__set_pin_path", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetMapPin(nint map, string path);

    [LibraryImport(Library, EntryPoint = "bpf_map__fd")]
    public static partial int MapDescriptor(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__type")]
    public static partial uint MapType(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__key_size")]
    public static partial uint MapKeySize(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__value_size")]
    public static partial uint MapValueSize(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__max_entries")]
    public static partial uint MapCapacity(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__map_flags")]
    public static partial uint MapFlags(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__btf_key_type_id")]
    public static partial uint MapKeyType(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__btf_value_type_id")]
    public static partial uint MapValueType(nint map);

    [LibraryImport(Library, EntryPoint = "btf__load_from_kernel_by_id")]
    public static partial nint LoadBtf(uint number);

    [LibraryImport(Library, EntryPoint = "btf__raw_data")]
    public static partial byte* RawBtf(nint btf, uint* size);

    [LibraryImport(Library, EntryPoint = "btf__free")]
    public static partial void FreeBtf(nint btf);

    [LibraryImport(Library, EntryPoint = "bpf_program__attach_cgroup", SetLastError = true)]
    public static partial nint AttachToCgroup(nint program, int cgroup);

    [LibraryImport(Library, EntryPoint = "bpf_link__pin", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int PinLink(nint link, string path);

    [LibraryImport(Library, EntryPoint = "bpf_link__destroy")]
    public static partial int DestroyLink(nint link);

    [LibraryImport(Library, EntryPoint = "bpf_link_update")]
    public static partial int UpdateLink(int link, int program, void* options);

    [LibraryImport(Library, EntryPoint = "bpf_link_create")]
    public static partial int CreateLink(int program, int target, uint attachType, LinkOptions* options);

    [LibraryImport(Library, EntryPoint = "bpf_link_detach")]
    public static partial int DetachLink(int link);

    [LibraryImport(Library, EntryPoint = "bpf_prog_query")]
    public static partial int QueryPrograms(int target, uint attachType, uint queryFlags, uint* attachFlags, uint* programs, uint* count);

    [LibraryImport(Library, EntryPoint = "bpf_obj_pin", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Pin(int descriptor, string path);

    [LibraryImport(Library, EntryPoint = "bpf_obj_get", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenPinned(string path);

    [LibraryImport(Library, EntryPoint = "bpf_tc_hook_create")]
    public static partial int CreateTcHook(TcHook* hook);

    [LibraryImport(Library, EntryPoint = "bpf_tc_hook_destroy")]
    public static partial int DestroyTcHook(TcHook* hook);

    [LibraryImport(Library, EntryPoint = "bpf_tc_attach")]
    public static partial int AttachTc(TcHook* hook, TcOptions* options);

    [LibraryImport(Library, EntryPoint = "bpf_tc_detach")]
    public static partial int DetachTc(TcHook* hook, TcOptions* options);

    [LibraryImport(Library, EntryPoint = "bpf_tc_query")]
    public static partial int QueryTc(TcHook* hook, TcOptions* options);

    [LibraryImport(Library, EntryPoint = "bpf_map_lookup_elem")]
    public static partial int Lookup(int map, void* key, void* value);

    [LibraryImport(Library, EntryPoint = "bpf_map_update_elem")]
    public static partial int Update(int map, void* key, void* value, ulong flags);

    [LibraryImport(Library, EntryPoint = "bpf_map_delete_elem")]
    public static partial int Delete(int map, void* key);

    [LibraryImport(Library, EntryPoint = "bpf_map_get_next_key")]
    public static partial int NextKey(int map, void* key, void* next);

    [LibraryImport(Library, EntryPoint = "bpf_map_lookup_batch")]
    public static partial int LookupBatch(int map, void* position, void* next, void* keys, void* values, uint* count, void* options);

    [LibraryImport(Library, EntryPoint = "bpf_map_update_batch")]
    public static partial int UpdateBatch(int map, void* keys, void* values, uint* count, void* options);

    [LibraryImport(Library, EntryPoint = "bpf_map_delete_batch")]
    public static partial int DeleteBatch(int map, void* keys, uint* count, void* options);

    [LibraryImport(Library, EntryPoint = "bpf_obj_get_info_by_fd")]
    public static partial int ObjectInformation(int descriptor, void* information, uint* size);

    [LibraryImport(Library, EntryPoint = "libbpf_num_possible_cpus")]
    public static partial int PossibleCpus();

    [LibraryImport(Library, EntryPoint = "ring_buffer__new", SetLastError = true)]
    public static partial nint OpenRing(int map, delegate* unmanaged[Cdecl]<void*, void*, nuint, int> sample, void* context, void* options);

    [LibraryImport(Library, EntryPoint = "ring_buffer__poll")]
    public static partial int PollRing(nint ring, int milliseconds);

    [LibraryImport(Library, EntryPoint = "ring_buffer__consume")]
    public static partial int ConsumeRing(nint ring);

    [LibraryImport(Library, EntryPoint = "ring_buffer__free")]
    public static partial void FreeRing(nint ring);

    [LibraryImport(Library, EntryPoint = "bpf_prog_test_run_opts")]
    public static partial int TestRun(int program, TestRunOptions* options);

    public static nuint SizeOf<T>() where T : unmanaged => (nuint)Unsafe.SizeOf<T>();
}
