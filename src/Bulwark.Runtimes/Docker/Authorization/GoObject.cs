using System.Collections.Immutable;
using System.Text.Json;

namespace Bulwark.Runtimes.Docker.Authorization;

/// <summary>
/// A JSON object that the daemon decodes into a Go struct (encoding/json): names of fields count whatever their case, also written with the
/// two letters outside ASCII that fold into it, and of several the daemon makes one. No client sends several, so they are refused.
/// </summary>
internal sealed class GoObject
{
    private const int DeepestNesting = 64;
    private const string Ambiguous = "its body has a name twice";

    private static readonly GoObject s_empty = new([]);

    private readonly Dictionary<string, JsonElement> _fields;

    private GoObject(Dictionary<string, JsonElement> fields) => _fields = fields;

    /// <summary>Reads a body and hands it on while it is valid.</summary>
    /// <exception cref="UnreadableCallException">It is no JSON, more than one, or has a name twice.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> body, Func<GoObject, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = DeepestNesting });
            return read(Of(document.RootElement, "body"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new UnreadableCallException("its body is no JSON that Bulwark can read", e);
        }
    }

    public static GoObject Of(JsonElement element, string name)
    {
        if (element.ValueKind == JsonValueKind.Null)
            return s_empty;
        if (element.ValueKind != JsonValueKind.Object)
            throw Wrong(name);
        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var field in element.EnumerateObject())
        {
            if (!fields.TryAdd(Fold(field.Name), field.Value))
                throw new UnreadableCallException(Ambiguous);
        }
        return new(fields);
    }

    /// <summary>Whether it is there and not null.</summary>
    public bool Has(string name) => Find(name) is not null;

    public GoObject Object(string name) => Find(name) is { } value ? Of(value, name) : s_empty;

    public string Text(string name) => Find(name) is { } value ? value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(name) : "";

    public bool Switch(string name) => Find(name)?.ValueKind switch
    {
        null or JsonValueKind.False => false,
        JsonValueKind.True => true,
        _ => throw Wrong(name),
    };

    public ImmutableArray<string> Texts(string name) => [.. Array(name).Select(value => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        _ => throw Wrong(name),
    })];

    /// <summary>A text stands for an array of one.</summary>
    public ImmutableArray<string> TextOrTexts(string name) => Find(name) is { ValueKind: JsonValueKind.String } one ? [one.GetString()!] : Texts(name);

    public IEnumerable<GoObject> Objects(string name) => Array(name).Select(value => Of(value, name));

    /// <summary>An object whose names are its content: they count as they are.</summary>
    public ImmutableDictionary<string, string> Map(string name)
    {
        if (Find(name) is not { } value)
            return ImmutableDictionary<string, string>.Empty;
        if (value.ValueKind != JsonValueKind.Object)
            throw Wrong(name);
        var map = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var item in value.EnumerateObject())
        {
            if (!map.TryAdd(item.Name, item.Value.ValueKind switch
            {
                JsonValueKind.String => item.Value.GetString()!,
                JsonValueKind.Null => "",
                _ => throw Wrong(name),
            }))
                throw new UnreadableCallException(Ambiguous);
        }
        return map.ToImmutable();
    }

    private List<JsonElement> Array(string name)
    {
        if (Find(name) is not { } value)
            return [];
        return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : throw Wrong(name);
    }

    private JsonElement? Find(string name) =>
        _fields.TryGetValue(Fold(name), out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    // Unicode's simple case folding, as far as it ends in ASCII.
    private static string Fold(string name) => string.Create(name.Length, name, static (folded, from) =>
    {
        for (var i = 0; i < folded.Length; i++)
        {
            folded[i] = from[i] switch
            {
                '\u017F' => 's',
                '\u212A' => 'k',
                >= 'A' and <= 'Z' and var upper => (char)(upper | 0x20),
                var other => other,
            };
        }
    });

    private static UnreadableCallException Wrong(string name) => new($"\"{name}\" in its body is not of the kind that it should be");
}
