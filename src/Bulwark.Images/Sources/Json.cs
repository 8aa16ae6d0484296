using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Bulwark.Images.Archives;

namespace Bulwark.Images.Sources;

/// <summary>Reads JSON that came with an image.</summary>
internal static class Json
{
    /// <exception cref="ArchiveException">It is not what it should be; <paramref name="what"/> begins the sentence.</exception>
    public static T Parse<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, string what)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new ArchiveException($"{what} is empty");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new ArchiveException($"{what} cannot be understood ({e.Message})", e);
        }
    }
}
