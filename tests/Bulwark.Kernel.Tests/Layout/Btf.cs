using System.Diagnostics;
using System.Text.Json;

namespace Bulwark.Kernel.Tests.Layout;

/// <summary>The types of the kernel programs, as their object tells them (BTF), read by bpftool(8).</summary>
internal sealed class Btf
{
    private readonly Dictionary<int, JsonElement> _types;

    private Btf(Dictionary<int, JsonElement> types) => _types = types;

    /// <summary>Of the object inside the assembly that is tested, not of a newly compiled one.</summary>
    public static Btf OfTheProduct()
    {
        var path = Path.Combine(Path.GetTempPath(), $"bulwark-{Guid.NewGuid():N}.o");
        try
        {
            using (var resource = typeof(KernelPrograms).Assembly.GetManifestResourceStream("bulwark.bpf.o")!)
            using (var file = File.Create(path))
                resource.CopyTo(file);
            using var bpftool = Process.Start(new ProcessStartInfo("bpftool", ["-j", "btf", "dump", "file", path]) { RedirectStandardOutput = true })!;
            using var document = JsonDocument.Parse(bpftool.StandardOutput.ReadToEnd());
            bpftool.WaitForExit();
            return new(document.RootElement.GetProperty("types").EnumerateArray().ToDictionary(t => t.GetProperty("id").GetInt32(), t => t.Clone()));
        }
        finally
        {
            File.Delete(path);
        }
    }

    public int SizeOfStruct(string name) => Named("STRUCT", name).GetProperty("size").GetInt32();

    /// <summary>The fields of a struct in their order, with offset and size in bytes.</summary>
    public IReadOnlyList<Field> FieldsOf(string name) =>
        [.. Named("STRUCT", name).GetProperty("members").EnumerateArray().Select(member => new Field(
            member.GetProperty("name").GetString()!, member.GetProperty("bits_offset").GetInt32() / 8,
            SizeOf(member.GetProperty("type_id").GetInt32())))];

    /// <summary>The constants of an enum.</summary>
    public IReadOnlyDictionary<string, long> ConstantsOf(string name) =>
        Named("ENUM", name).GetProperty("values").EnumerateArray()
            .ToDictionary(value => value.GetProperty("name").GetString()!, value => value.GetProperty("val").GetInt64());

    private JsonElement Named(string kind, string name) =>
        _types.Values.Single(type => type.GetProperty("kind").GetString() == kind && type.GetProperty("name").GetString() == name);

    private int SizeOf(int id)
    {
        var type = _types[id];
        return type.GetProperty("kind").GetString() switch
        {
            "ARRAY" => type.GetProperty("nr_elems").GetInt32() * SizeOf(type.GetProperty("type_id").GetInt32()),
            "TYPEDEF" or "CONST" or "VOLATILE" => SizeOf(type.GetProperty("type_id").GetInt32()),
            "PTR" => 8,
            _ => type.GetProperty("size").GetInt32(),
        };
    }

    /// <summary>A field of a struct.</summary>
    internal sealed record Field(string Name, int Offset, int Size);
}
