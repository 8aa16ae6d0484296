using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bulwark.Images.Registries;

/// <summary>
/// HTTP as it is spoken with registries: certificates are always checked, redirections are left to the caller, and a registry with an
/// authority of its own (<c>certs.d/HOST/*.crt</c>) is checked by that one.
/// </summary>
internal sealed class RegistryTransport(RegistryOptions options) : IDisposable
{
    private static readonly TimeSpan s_connecting = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, HttpClient> _clients = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Sends a request and waits for the head of the answer.</summary>
    /// <exception cref="HttpRequestException">The server is not there, or its certificate is not trusted.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(options.Silence);
        try
        {
            return await ClientFor(request.RequestUri!).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limited.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new HttpRequestException($"it said nothing for {options.Silence.TotalSeconds:0.#} seconds", e);
        }
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values)
            client.Dispose();
    }

    private HttpClient ClientFor(Uri address)
    {
        lock (_lock)
        {
            var authorities = address.Scheme == Uri.UriSchemeHttps ? AuthoritiesOf(address) : [];
            var key = authorities.Count == 0 ? "" : address.Authority;
            if (!_clients.TryGetValue(key, out var client))
                _clients[key] = client = Client(authorities);
            return client;
        }
    }

    private static HttpClient Client(X509Certificate2Collection authorities)
    {
        var tls = new SslClientAuthenticationOptions();
        if (authorities.Count > 0)
        {
            tls.CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = s_connecting,
            MaxResponseHeadersLength = 64,
            SslOptions = tls,
        };
        return new(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private X509Certificate2Collection AuthoritiesOf(Uri address)
    {
        var found = new X509Certificate2Collection();
        // Docker writes the port only where it is not the usual one; both forms are in use.
        string[] names = address.IsDefaultPort ? [address.Host, $"{address.Host}:{address.Port}"] : [address.Authority];
        foreach (var directory in options.CertificateDirectories.SelectMany(root => names.Select(name => Path.Combine(root, name))).Where(Directory.Exists))
        {
            foreach (var file in Directory.EnumerateFiles(directory, "*.crt"))
            {
                try
                {
                    found.ImportFromPemFile(file);
                }
                catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
                {
                    throw new RegistryException($"the authority {file} cannot be read: {e.Message}", inner: e);
                }
            }
        }
        return found;
    }
}
