using System.Runtime.InteropServices;
using System.Text;

namespace Bulwark.Kernel.Migration;

/// <summary>
/// The types of an object or of a map, as BTF tells them (https://docs.kernel.org/bpf/btf.html): which fields a struct has, and where.
/// </summary>
internal sealed class BtfTypes
{
    private const ushort Magic = 0xeb9f;
    private const int TypeHeader = 12; // struct btf_type
    private const int DepthMax = 16;

    // BTF_KIND_*
    private const int Integer = 1, Pointer = 2, Array = 3, Struct = 4, Union = 5, Enum = 6, Typedef = 8, Volatile = 9, Const = 10, Restrict = 11,
        FunctionPrototype = 13, Variable = 14, Section = 15, Float = 16, DeclarationTag = 17, TypeTag = 18, Enum64 = 19;

    private readonly byte[] _types;
    private readonly byte[] _strings;
    private readonly List<int> _starts = [0]; // offsets of types by number; 0 is void

    /// <exception cref="InvalidDataException">It is no BTF.</exception>
    public BtfTypes(ReadOnlySpan<byte> raw)
    {
        if (raw.Length < 24 || MemoryMarshal.Read<ushort>(raw) != Magic)
            throw new InvalidDataException("This is no BTF.");
        var header = (int)Word(raw, 4);
        try
        {
            _types = raw.Slice(checked(header + (int)Word(raw, 8)), (int)Word(raw, 12)).ToArray();
            _strings = raw.Slice(checked(header + (int)Word(raw, 16)), (int)Word(raw, 20)).ToArray();
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException("This BTF is cut off.", e);
        }
        for (var at = 0; at + TypeHeader <= _types.Length && at + TypeHeader + ExtraLength(at) <= _types.Length; at += TypeHeader + ExtraLength(at))
            _starts.Add(at);
    }

    /// <summary>
    /// Everything in a value of the type that has a place of its own: the path of its fields, with offset and size in bytes. A union counts as its first
    /// member. Null if that cannot be told (bit fields).
    /// </summary>
    public IReadOnlyDictionary<string, BtfField>? FieldsOf(uint type)
    {
        var fields = new Dictionary<string, BtfField>(StringComparer.Ordinal);
        return TryWalk(type, "", 0, 0, fields) ? fields : null;
    }

    private bool TryWalk(uint type, string path, int offset, int depth, Dictionary<string, BtfField> fields)
    {
        if (depth > DepthMax || !TryResolve(type, out var at))
            return false;
        switch (Kind(at))
        {
            case Integer or Enum or Enum64 or Float or Pointer:
                return fields.TryAdd(path, new(offset, SizeAt(at)));
            case Array:
                return fields.TryAdd(path + "[]", new(offset, SizeAt(at)));
            case Struct or Union:
                var members = Kind(at) == Union ? Math.Min(1, Count(at)) : Count(at);
                for (var i = 0; i < members; i++)
                {
                    var member = at + TypeHeader + 12 * i;
                    var bits = (int)Word(_types, member + 8);
                    if (HasBitFields(at) && (bits >> 24) != 0)
                        return false;
                    var name = Name(Word(_types, member));
                    if (!TryWalk(Word(_types, member + 4), name.Length == 0 ? path : $"{path}.{name}", offset + (bits & 0xff_ffff) / 8, depth + 1, fields))
                        return false;
                }
                return true;
            default:
                return false;
        }
    }

    // Without typedefs and qualifiers.
    private bool TryResolve(uint type, out int at)
    {
        at = 0;
        for (var steps = 0; steps < DepthMax; steps++)
        {
            if (type == 0 || type >= _starts.Count)
                return false;
            at = _starts[(int)type];
            if (Kind(at) is not (Typedef or Volatile or Const or Restrict or TypeTag))
                return true;
            type = Word(_types, at + 8);
        }
        return false;
    }

    private int SizeAt(int at, int depth = 0) => Kind(at) switch
    {
        Pointer => 8,
        Array => depth < DepthMax && TryResolve(Word(_types, at + TypeHeader), out var element)
            ? SizeAt(element, depth + 1) * (int)Word(_types, at + TypeHeader + 8)
            : 0,
        _ => (int)Word(_types, at + 8),
    };

    private int Kind(int at) => (int)(Word(_types, at + 4) >> 24 & 0x1f);

    private int Count(int at) => (int)(Word(_types, at + 4) & 0xffff);

    private bool HasBitFields(int at) => Word(_types, at + 4) >> 31 != 0;

    private int ExtraLength(int at) => Kind(at) switch
    {
        Integer or Variable or DeclarationTag => 4,
        Array => 12,
        Struct or Union or Section or Enum64 => 12 * Count(at),
        Enum or FunctionPrototype => 8 * Count(at),
        _ => 0,
    };

    private string Name(uint offset)
    {
        if (offset >= _strings.Length)
            return "";
        var rest = _strings.AsSpan((int)offset);
        var end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }

    private static uint Word(ReadOnlySpan<byte> bytes, int at) => MemoryMarshal.Read<uint>(bytes[at..]);
}

/// <summary>Where a field is, in bytes.</summary>
internal readonly record struct BtfField(int Offset, int Size);
