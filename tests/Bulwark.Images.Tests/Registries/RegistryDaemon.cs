using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Bulwark.Images.Registries;
using Bulwark.Images.Tests.Harness;

namespace Bulwark.Images.Tests.Registries;

/// <summary>A real docker-registry on this machine, over TLS with an authority of its own, open to one user only.</summary>
public sealed class RegistryDaemon : IAsyncLifetime
{
    public const string User = "anna";
    public const string Password = "do-not-show-me";

    private readonly TemporaryDirectory _directory = new();
    private Process? _process;
    private HttpClient? _http;

    public string Host { get; } = $"localhost:{FreePort()}";

    /// <summary>Knows the authority and the user.</summary>
    public RegistryOptions Options => Trusting with { CredentialFiles = [Path.Combine(_directory.Path, "config.json")] };

    /// <summary>Knows the authority alone.</summary>
    public RegistryOptions Trusting => new() { CertificateDirectories = [Path.Combine(_directory.Path, "certs.d")], Pause = TimeSpan.Zero };

    public async ValueTask InitializeAsync()
    {
        var (authority, certificate) = Certificates();
        _directory.Write($"certs.d/{Host}/ca.crt", authority.ExportCertificatePem());
        _directory.Write("config.json", new JsonObject
        {
            ["auths"] = new JsonObject { [Host] = new JsonObject { ["auth"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")) } },
        }.ToJsonString());
        // docker-registry takes bcrypt only; this is of the password above.
        var users = _directory.Write("users", $"{User}:{BcryptOfPassword}\n");
        var configuration = _directory.Write("config.yml", $"""
            version: 0.1
            log:
              level: error
            storage:
              filesystem:
                rootdirectory: {_directory.Path}/data
            auth:
              htpasswd:
                realm: test
                path: {users}
            http:
              addr: {Host.Replace("localhost", "127.0.0.1", StringComparison.Ordinal)}
              tls:
                certificate: {_directory.Write("tls.crt", certificate.ExportCertificatePem())}
                key: {_directory.Write("tls.key", certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem())}
            """);
        _process = Process.Start(new ProcessStartInfo("docker-registry", ["serve", configuration]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        _http = new(new SocketsHttpHandler
        {
            SslOptions = new()
            {
                CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority }, RevocationMode = X509RevocationMode.NoCheck },
            },
        })
        { BaseAddress = new($"https://{Host}/v2/") };
        _http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")));
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var answer = await _http.GetAsync("");
                answer.EnsureSuccessStatusCode();
                return;
            }
            catch (HttpRequestException) when (attempt < 100 && !_process.HasExited)
            {
                await Task.Delay(100);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
        _directory.Dispose();
    }

    /// <summary>Uploads an OCI layout's blobs and its one manifest.</summary>
    /// <returns>The manifest's digest.</returns>
    internal async Task<string> PushAsync(string repository, string tag, TestImage image, Func<byte[], byte[]>? pack = null)
    {
        var files = image.Layout(pack);
        var digest = JsonNode.Parse(files["index.json"])!["manifests"]![0]!["digest"]!.ToString();
        foreach (var (path, bytes) in files.Where(file => file.Key.StartsWith("blobs/", StringComparison.Ordinal) && !file.Key.EndsWith(digest[7..], StringComparison.Ordinal)))
            await UploadAsync(repository, $"sha256:{path["blobs/sha256/".Length..]}", bytes);
        var manifest = JsonNode.Parse(files[$"blobs/sha256/{digest[7..]}"])!;
        manifest["mediaType"] = "application/vnd.oci.image.manifest.v1+json";
        manifest["config"]!["mediaType"] = "application/vnd.oci.image.config.v1+json";
        foreach (var layer in manifest["layers"]!.AsArray())
            layer!["mediaType"] = "application/vnd.oci.image.layer.v1.tar+gzip";
        return await PutAsync(repository, tag, manifest);
    }

    /// <summary>Uploads a manifest or an index.</summary>
    public async Task<string> PutAsync(string repository, string tag, JsonNode manifest)
    {
        var bytes = Encoding.UTF8.GetBytes(manifest.ToJsonString());
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(manifest["mediaType"]!.ToString());
        using var answer = await _http!.PutAsync($"{repository}/manifests/{tag}", content);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return TestImage.Digest(bytes);
    }

    /// <summary>Where the registry keeps a blob: to damage it behind its back.</summary>
    public string FileOf(string digest) => Path.Combine(_directory.Path, "data/docker/registry/v2/blobs/sha256", digest[7..9], digest[7..], "data");

    private async Task UploadAsync(string repository, string digest, byte[] bytes)
    {
        using var begun = await _http!.PostAsync($"{repository}/blobs/uploads/", null);
        begun.EnsureSuccessStatusCode();
        var location = begun.Headers.Location!;
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new("application/octet-stream");
        using var answer = await _http.PutAsync($"{location}{(location.Query.Length > 0 ? "&" : "?")}digest={digest}", content);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static (X509Certificate2 Authority, X509Certificate2 Certificate) Certificates()
    {
        using var authorityKey = RSA.Create(2048);
        var authorityRequest = new CertificateRequest("CN=authority of a test", authorityKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        var authority = authorityRequest.CreateSelfSigned(from, to);
        var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        return (authority, request.Create(authority, from, to.AddHours(-1), [1, 2, 3]).CopyWithPrivateKey(key));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private const string BcryptOfPassword = "$2y$04$abcdefghijklmnopqrstuuHIqqkYCiXP9VfYfOdiNwtSVDmDDM69a";
}
