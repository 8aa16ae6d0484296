namespace Bulwark.Images.Registries;

/// <summary>One server that a repository may be read from.</summary>
/// <param name="Base">What the API's paths are put behind: <c>https://registry.example.com/v2/</c>.</param>
/// <param name="TakesCredentials">Whether what is known for the registry is this server's to have: a mirror is another.</param>
internal sealed record RegistryEndpoint(Uri Base, bool TakesCredentials)
{
    /// <summary>Whether one may speak with it without encryption: it was said so, or it is on this machine.</summary>
    public bool MayBePlain => Base.Scheme == Uri.UriSchemeHttp;

    public static RegistryEndpoint Of(string scheme, string host) => new(new($"{scheme}://{host}/v2/"), true);

    public static RegistryEndpoint Of(RegistryMirror mirror) => new(new($"{mirror.Address.AbsoluteUri.TrimEnd('/')}/v2/"), false);

    public Uri Manifest(string repository, string wanted) => new(Base, $"{repository}/manifests/{wanted}");

    public Uri Blob(string repository, string digest) => new(Base, $"{repository}/blobs/{digest}");
}
