namespace Bulwark.Images.Registries;

/// <summary>A server that holds copies of a registry's images under the same names.</summary>
/// <param name="Host">The registry; <see cref="ImageReference.DockerHub"/> unless another was named.</param>
/// <param name="Address">Where the mirror answers.</param>
public sealed record RegistryMirror(string Host, Uri Address)
{
    /// <summary>Reads <c>https://mirror.example</c> or <c>registry.example.com=https://mirror.example/below</c>; null for anything else.</summary>
    public static RegistryMirror? Parse(string text)
    {
        var (host, address) = text.Split('=', 2) is [var before, var after] ? (before, after) : (ImageReference.DockerHub, text);
        return host.Length > 0 && Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0 && uri.Query.Length == 0
            && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
            ? new(host, uri)
            : null;
    }
}
