using Bulwark.Images.Archives;
using Bulwark.Images.Sources.Wire;

namespace Bulwark.Images.Sources;

/// <summary>Finds the one image that is meant among those that an OCI index lists.</summary>
internal static class ManifestChooser
{
    private const string NameAnnotation = "org.opencontainers.image.ref.name";
    private const string ContainerdNameAnnotation = "io.containerd.image.name";

    // An index may list indexes; nobody nests more than two.
    private const int Deepest = 4;

    /// <summary>The image's manifest and the name that the index gives it.</summary>
    /// <param name="read">Gives the blob of a digest, or null.</param>
    /// <exception cref="ImageException">None fits, or more than one does.</exception>
    public static (ManifestJson Manifest, string Name) Choose(
        ManifestJson index, ImageChoice choice, Func<string, ReadOnlyMemory<byte>?> read, int depth = 0)
    {
        var offered = (index.Manifests ?? []).Where(item => item is { Digest: not null } && !IsAttestation(item)).ToList();
        var fitting = offered.Where(item => choice.Tag.Length == 0 || depth > 0 || NamesOf(item).Any(choice.Names)).ToList();
        if (fitting.Count == 0)
            throw Failure(choice, $"it holds no image named '{choice.Tag}'", offered);
        if (fitting.Count > 1 && fitting.Any(item => item.Platform is not null))
        {
            var wanted = choice.Platform ?? Platform.Here;
            fitting = [.. fitting.Where(item => wanted.Fits(item.Platform))];
            if (fitting.Count == 0)
                throw Failure(choice, $"it holds no image for {wanted}", offered);
        }
        if (fitting.Select(item => item.Digest).Distinct().Count() > 1)
            throw Failure(choice, "it holds several images", offered);
        var descriptor = fitting[0];
        if (!Digest.IsValid(descriptor.Digest) || read(descriptor.Digest!) is not { } blob)
            throw new ImageException($"cannot read {choice.Place}", $"the manifest {descriptor.Digest} is missing");
        if (Digest.Of(blob.Span) != descriptor.Digest)
            throw new ImageException($"cannot read {choice.Place}", $"the manifest is not what its digest says: {descriptor.Digest}");
        var manifest = Json.Parse(blob.Span, ImageJsonContext.Default.ManifestJson, "its manifest");
        var name = NamesOf(descriptor).FirstOrDefault() ?? "";
        if (manifest.Manifests is null)
            return (manifest, name);
        if (depth == Deepest)
            throw new ImageException($"cannot read {choice.Place}", "its indexes are nested too deeply");
        var (inner, innerName) = Choose(manifest, choice, read, depth + 1);
        return (inner, name.Length > 0 ? name : innerName);
    }

    // BuildKit puts provenance and SBOMs beside images, for a platform that does not exist.
    private static bool IsAttestation(DescriptorJson item) => item.Platform is { Os: "unknown" };

    private static IEnumerable<string> NamesOf(DescriptorJson item) =>
        ((string?[])[item.Annotations?.GetValueOrDefault(ContainerdNameAnnotation), item.Annotations?.GetValueOrDefault(NameAnnotation)])
            .OfType<string>();

    private static ImageException Failure(ImageChoice choice, string reason, IEnumerable<DescriptorJson> offered)
    {
        var list = offered.Select(item => string.Join(' ', NamesOf(item).Take(1)
            .Append(item.Platform is { } platform ? $"{platform.Os}/{platform.Architecture}" : ""))).Where(text => text.Length > 0).Take(20);
        return new($"cannot choose an image in {choice.Place}", $"{reason}; it has: {string.Join(", ", list)}",
            "name one with --tag NAME or --platform OS/ARCHITECTURE");
    }
}
