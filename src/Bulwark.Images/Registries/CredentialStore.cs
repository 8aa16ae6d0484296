using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bulwark.Images.Registries;

/// <summary>
/// Finds credentials where <c>docker login</c> and <c>podman login</c> keep them: in a file, or with a program of the user's choice
/// (https://docs.docker.com/reference/cli/docker/login, "Credential stores").
/// </summary>
internal sealed class CredentialStore(IEnumerable<string> files)
{
    private const int LargestBytes = 4 << 20;

    // What docker login writes for Docker Hub.
    private const string DockerHubKey = "https://index.docker.io/v1/";

    /// <summary>The credentials for a registry, or null if there are none: many images are for everybody.</summary>
    /// <exception cref="RegistryException">A file or a helper that has some cannot be used.</exception>
    public async Task<Credentials?> FindAsync(ImageReference image, CancellationToken cancel)
    {
        foreach (var file in files)
        {
            if (Read(file) is { } store && await FindAsync(store, file, image, cancel).ConfigureAwait(false) is { } found)
                return found;
        }
        return null;
    }

    private static async Task<Credentials?> FindAsync(CredentialFileJson store, string file, ImageReference image, CancellationToken cancel)
    {
        var isHub = image.Host == ImageReference.DockerHub;
        var server = isHub ? DockerHubKey : image.Host;
        var helpers = store.CredHelpers ?? [];
        if ((helpers.GetValueOrDefault(image.Host) ?? helpers.GetValueOrDefault(server) ?? store.CredsStore) is { Length: > 0 } helper
            && await CredentialHelper.AskAsync(helper, server, cancel).ConfigureAwait(false) is { } told)
            return told;
        var entries = new Dictionary<string, CredentialJson>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, entry) in store.Auths ?? [])
        {
            if (entry is not null)
                entries.TryAdd(Bare(key), entry);
        }
        foreach (var key in isHub ? ["index.docker.io", .. Keys(image)] : Keys(image))
        {
            if (entries.TryGetValue(key, out var entry) && Decode(entry, file) is { } found)
                return found;
        }
        return null;
    }

    // podman may keep different ones for parts of a registry; the closest counts.
    private static IEnumerable<string> Keys(ImageReference image)
    {
        var parts = image.Repository.Split('/');
        for (var length = parts.Length; length > 0; length--)
            yield return $"{image.Host}/{string.Join('/', parts.Take(length))}";
        yield return image.Host;
    }

    // "https://registry.example.com/v1/" is an old way to write registry.example.com.
    private static string Bare(string key)
    {
        foreach (var scheme in (string[])["https://", "http://"])
        {
            if (key.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
                return key[scheme.Length..].Split('/')[0];
        }
        return key.TrimEnd('/');
    }

    private static Credentials? Decode(CredentialJson entry, string file)
    {
        if (entry.IdentityToken is { Length: > 0 } token)
            return new("", token, true);
        if (entry is { Username: { Length: > 0 } user, Password: { Length: > 0 } password })
            return new(user, password, false);
        if (entry.Auth is not { Length: > 0 } packed)
            return null;
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(packed)).TrimEnd('\0').Split(':', 2) is [{ Length: > 0 } name, var secret]
                ? new(name, secret, false)
                : throw new FormatException();
        }
        catch (FormatException)
        {
            // The decoder's own message could quote what it read.
            throw new RegistryException($"the credentials in {file} are damaged: an entry 'auth' is no user and password in base 64");
        }
    }

    private static CredentialFileJson? Read(string file)
    {
        try
        {
            var info = new FileInfo(file);
            if (!info.Exists)
                return null;
            if (info.Length > LargestBytes)
                throw new RegistryException($"the file of credentials {file} is larger than {LargestBytes >> 20} MiB");
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), CredentialJsonContext.Default.CredentialFileJson);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RegistryException($"the credentials cannot be read: {e.Message}", inner: e);
        }
        catch (JsonException e)
        {
            throw new RegistryException($"the file of credentials {file} is no JSON (line {e.LineNumber + 1})");
        }
    }
}

internal sealed record CredentialFileJson
{
    public Dictionary<string, CredentialJson?>? Auths { get; init; }
    public Dictionary<string, string?>? CredHelpers { get; init; }
    public string? CredsStore { get; init; }
}

internal sealed record CredentialJson
{
    public string? Auth { get; init; }
    public string? Username { get; init; }
    public string? Password { get; init; }

    [JsonPropertyName("identitytoken")]
    public string? IdentityToken { get; init; }
}

/// <summary>What a credential helper answers (docker-credential-helpers, README, "Credential helper API").</summary>
internal sealed record HelperAnswerJson
{
    [JsonPropertyName("Username")]
    public string? Username { get; init; }

    [JsonPropertyName("Secret")]
    public string? Secret { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CredentialFileJson))]
[JsonSerializable(typeof(HelperAnswerJson))]
internal sealed partial class CredentialJsonContext : JsonSerializerContext;
