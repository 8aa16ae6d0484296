using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bulwark.Images.Advisories.Formats;

/// <summary>
/// Alpine's secdb (https://secdb.alpinelinux.org), also published by Wolfi and Chainguard: for each source package the versions that
/// repaired something. It says nothing of severity, nor of what is not repaired yet.
/// </summary>
internal static class AlpineSecdb
{
    /// <exception cref="JsonException">It is no such JSON.</exception>
    public static void Read(ReadOnlySpan<byte> json, Action<Advisory> add)
    {
        var read = JsonSerializer.Deserialize(json, AlpineSecdbJson.Default.SecdbJson) ?? throw new JsonException("it is empty");
        var (ecosystem, source) = Names(read);
        foreach (var package in (read.Packages ?? []).Select(entry => entry?.Package).OfType<SecdbPackageJson>())
        {
            foreach (var (version, texts) in package.Fixes ?? [])
            {
                // One text may hold several names, or a name and a remark.
                var ids = (texts ?? []).SelectMany(text => (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    .Where(word => word.Contains('-', StringComparison.Ordinal) && char.IsAsciiLetterUpper(word[0]));
                foreach (var id in ids)
                {
                    add(new()
                    {
                        Ecosystem = ecosystem,
                        Package = package.Name ?? "",
                        Id = id,
                        // "0": the package never had it.
                        State = version == "0" ? AdvisoryState.NotAffected : AdvisoryState.Fixed,
                        Ranges = version == "0" ? [] : [new("", version, "")],
                        Source = source,
                    });
                }
            }
        }
    }

    private static (string Ecosystem, string Source) Names(SecdbJson secdb)
    {
        if (secdb.DistroVersion is not { Length: > 0 } version)
        {
            var vendor = (secdb.UrlPrefix ?? "").Contains("wolfi", StringComparison.Ordinal) ? "wolfi" : "chainguard";
            return (vendor, vendor);
        }
        var release = version.TrimStart('v');
        return ($"alpine:{release}", $"alpine:{release}/{secdb.RepoName}");
    }
}

internal sealed record SecdbJson
{
    [JsonPropertyName("distroversion")]
    public string? DistroVersion { get; init; }

    [JsonPropertyName("reponame")]
    public string? RepoName { get; init; }

    [JsonPropertyName("urlprefix")]
    public string? UrlPrefix { get; init; }

    [JsonPropertyName("packages")]
    public SecdbEntryJson?[]? Packages { get; init; }
}

internal sealed record SecdbEntryJson
{
    [JsonPropertyName("pkg")]
    public SecdbPackageJson? Package { get; init; }
}

internal sealed record SecdbPackageJson
{
    [JsonPropertyName("name")]
    public string? Name { get; init; }

    [JsonPropertyName("secfixes")]
    public Dictionary<string, string?[]?>? Fixes { get; init; }
}

[JsonSerializable(typeof(SecdbJson))]
internal sealed partial class AlpineSecdbJson : JsonSerializerContext;
