using System.Net;
using Bulwark.Images.Archives;
using Bulwark.Images.Layers;
using Bulwark.Images.Sources;
using Bulwark.Images.Sources.Wire;

namespace Bulwark.Images.Registries;

/// <summary>
/// An image in a registry. Manifest, configuration and layers are checked against their digests; layers are read as they come, several
/// at a time, and nothing is kept on a disk.
/// </summary>
public sealed class RegistrySource(ImageReference image, Platform? platform, RegistryOptions options) : IImageSource
{
    private const string ManifestTypes =
        "application/vnd.oci.image.index.v1+json,application/vnd.oci.image.manifest.v1+json,"
        + "application/vnd.docker.distribution.manifest.list.v2+json,application/vnd.docker.distribution.manifest.v2+json";

    public async Task<Image> ReadAsync(LayerReading reading, CancellationToken cancel)
    {
        using var transport = new RegistryTransport(options);
        var store = new CredentialStore(options.CredentialFiles);
        var failures = new List<(RegistryEndpoint Endpoint, RegistryException Reason)>();
        foreach (var endpoint in Endpoints())
        {
            using var session = new RegistrySession(transport, endpoint, image, store, options);
            try
            {
                return await Task.Run(() => Read(session, reading, cancel), cancel).ConfigureAwait(false);
            }
            catch (RegistryException e)
            {
                failures.Add((endpoint, e));
            }
            catch (ArchiveException e)
            {
                throw new ImageException($"cannot read {image}", e.Message, inner: e);
            }
        }
        throw Failure(failures);
    }

    // A mirror that fails is passed over. This machine's own registries are first spoken with as if they were elsewhere.
    private IEnumerable<RegistryEndpoint> Endpoints()
    {
        foreach (var mirror in options.Mirrors.Where(mirror => mirror.Host == image.Host))
            yield return RegistryEndpoint.Of(mirror);
        if (!options.PlainHttp)
            yield return RegistryEndpoint.Of(Uri.UriSchemeHttps, image.ApiHost);
        if (options.PlainHttp || RegistryEndpoint.Of(Uri.UriSchemeHttps, image.ApiHost).Base.IsLoopback)
            yield return RegistryEndpoint.Of(Uri.UriSchemeHttp, image.ApiHost);
    }

    private Image Read(RegistrySession session, LayerReading reading, CancellationToken cancel)
    {
        var limits = reading.Limits;
        var choice = new ImageChoice(image.ToString(), Platform: platform);
        var bytes = Manifest(session, image.Wanted, limits, cancel);
        var digest = Digest.Of(bytes);
        if (image.Digest.Length > 0 && digest != image.Digest)
            throw new ArchiveException($"the registry's manifest is another: {digest}");
        var manifest = Json.Parse(bytes, ImageJsonContext.Default.ManifestJson, "its manifest");
        if (manifest.Manifests is not null)
            (manifest, _) = ManifestChooser.Choose(manifest, choice, inner => Manifest(session, inner, limits, cancel));
        var configuration = Digest.IsValid(manifest.Config?.Digest) ? Document(session, manifest, manifest.Config!.Digest!, limits, cancel) : null;
        var layers = LayerSet.Read(manifest, configuration, reading, options.Parallel, (descriptor, diffId) => Layer(session, descriptor, diffId, reading, cancel), cancel);
        var read = OciAssembler.Assemble(manifest, image.ToString(), _ => configuration, layers.GetValueOrDefault, reading.Limits);
        if (platform is not null && read.Configuration is { Architecture: { Length: > 0 } architecture, OperatingSystem: { Length: > 0 } system }
            && (architecture != platform.Architecture || system != platform.OperatingSystem))
        {
            throw new ImageException($"cannot choose an image in {choice.Place}", $"it holds no image for {platform}; it has: {system}/{architecture}");
        }
        return read with { Origin = $"registry {session.Endpoint.Base.Authority}, {digest}" };
    }

    private byte[] Manifest(RegistrySession session, string wanted, ArchiveLimits limits, CancellationToken cancel)
    {
        using var answer = session.GetAsync(session.Endpoint.Manifest(image.Repository, wanted), ManifestTypes, 0, cancel).GetAwaiter().GetResult();
        return BoundedBody.ReadAsync(answer, limits.DocumentBytes, options.Silence, cancel).GetAwaiter().GetResult();
    }

    private byte[]? Document(RegistrySession session, ManifestJson manifest, string digest, ArchiveLimits limits, CancellationToken cancel)
    {
        if (manifest.Config?.Size > limits.DocumentBytes)
            throw new ArchiveException($"its configuration is too large: {manifest.Config.Size} bytes");
        using var answer = session.GetAsync(session.Endpoint.Blob(image.Repository, digest), "", 0, cancel).GetAwaiter().GetResult();
        return BoundedBody.ReadAsync(answer, limits.DocumentBytes, options.Silence, cancel).GetAwaiter().GetResult();
    }

    private Layer? Layer(
        RegistrySession session, DescriptorJson descriptor, string diffId, LayerReading reading, CancellationToken cancel)
    {
        if (descriptor.Size is not { } size || size < 0 || size > reading.Limits.UnpackedBytes)
            throw new ArchiveException($"the manifest gives a layer an impossible size: {descriptor.Size}");
        var address = session.Endpoint.Blob(image.Repository, descriptor.Digest!);
        HttpResponseMessage first;
        try
        {
            first = session.GetAsync(address, "", 0, cancel).GetAwaiter().GetResult();
        }
        catch (RegistryException e) when (e.Status == HttpStatusCode.NotFound && session.Endpoint.TakesCredentials)
        {
            // Layers of some systems are not kept in registries; the image is told to lack this one.
            return null;
        }
        using var blob = new BlobStream(session, address, first, size, options, cancel);
        return new LayerReader(reading).Read(blob, cancel, diffId, descriptor.Digest!);
    }

    private ImageException Failure(List<(RegistryEndpoint Endpoint, RegistryException Reason)> failures)
    {
        // What https said is the reason for a registry on this machine too, unless something answered without it.
        var told = failures.FindLast(failure => failure.Reason.Status is not null and not HttpStatusCode.BadRequest) is { Reason: not null } answered
            ? answered
            : failures.Find(failure => failure.Endpoint.TakesCredentials);
        var hint = told.Reason.Status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => $"docker login {image.Host}",
            HttpStatusCode.NotFound => "check the name and the tag",
            null when failures.Exists(failure => failure.Reason.InnerException is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }) =>
                $"put the registry's authority into /etc/docker/certs.d/{image.Host}/ca.crt",
            _ => "",
        };
        return new($"cannot read {image} from its registry", told.Reason.Message, hint, told.Reason);
    }
}
