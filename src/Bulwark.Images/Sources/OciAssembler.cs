using Bulwark.Images.Archives;
using Bulwark.Images.Layers;
using Bulwark.Images.Sources.Wire;

namespace Bulwark.Images.Sources;

/// <summary>Puts an image together from an OCI manifest.</summary>
internal static class OciAssembler
{
    /// <param name="document">Gives the blob of a digest, or null if there is none.</param>
    /// <param name="layer">Gives the layer of a digest, or null if there is none.</param>
    /// <exception cref="ArchiveException">The manifest is no image's, its configuration is missing or another's, or it has too many layers.</exception>
    public static Image Assemble(ManifestJson manifest, string name, Func<string, byte[]?> document, Func<string, Layer?> layer, ArchiveLimits limits)
    {
        if (manifest.Config?.Digest is not { } id || manifest.Layers is null)
            throw new ArchiveException("its manifest has no configuration and layers, so it is no image");
        if (!Digest.IsValid(id) || document(id) is not { } json)
            throw new ArchiveException($"the configuration {id} is missing");
        if (Digest.Of(json) != id)
            throw new ArchiveException($"the configuration is not what its digest says: {id}");
        ImageAssembler.CheckCount(manifest.Layers.Length, limits);
        var layers = manifest.Layers.Select(item => item?.Digest ?? "")
            .Select(digest => (Digest.IsValid(digest) ? layer(digest) : null, digest)).ToList();
        var image = ImageAssembler.Assemble(name, id, ConfigurationReader.Read(json), layers, limits);
        return image.ClaimedBase.Length > 0 ? image : image with { ClaimedBase = manifest.Annotations?.GetValueOrDefault(ImageAssembler.BaseName) ?? "" };
    }
}
