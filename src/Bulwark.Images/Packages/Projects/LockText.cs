using System.Text;
using System.Text.Json;

namespace Bulwark.Images.Packages.Projects;

/// <summary>How lock files are taken apart.</summary>
internal static class LockText
{
    private const int Deepest = 256;

    public static IEnumerable<string> Lines(ReadOnlyMemory<byte> content)
    {
        using var reader = new StreamReader(new MemoryStream(content.ToArray()), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        while (reader.ReadLine() is { } line)
            yield return line;
    }

    /// <exception cref="JsonException">It is no JSON object.</exception>
    public static JsonDocument Json(ReadOnlyMemory<byte> content)
    {
        var start = content.Span.StartsWith("\uFEFF"u8) ? 3 : 0;
        var document = JsonDocument.Parse(content[start..], new() { MaxDepth = Deepest, AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        if (document.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
            return document;
        document.Dispose();
        throw new JsonException("it is no object");
    }

    /// <summary>A property's text, or empty.</summary>
    public static string Text(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>The properties of an object that is a property; none if it is no object.</summary>
    public static IEnumerable<JsonProperty> Object(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object
            ? value.EnumerateObject()
            : Enumerable.Empty<JsonProperty>();

    /// <summary>The properties of an object; none of what is no object.</summary>
    public static IEnumerable<JsonProperty> Properties(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : Enumerable.Empty<JsonProperty>();

    /// <summary>The items of an array that is a property; none if it is no array.</summary>
    public static IEnumerable<JsonElement> Array(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray()
            : Enumerable.Empty<JsonElement>();
}
