using Bulwark.Images.Archives;
using Bulwark.Images.Layers;
using Bulwark.Images.Sources.Wire;

namespace Bulwark.Images.Sources;

/// <summary>
/// Reads an image out of one tar stream, in whatever order its parts come: the archive of <c>docker save</c> (both the old one with
/// <c>ID/layer.tar</c> and the newer one with an OCI layout inside) or an OCI layout in a tar. Each layer is analysed as it streams by,
/// so nothing is copied to a disk and the stream need not be seekable.
/// </summary>
internal sealed class ArchiveStreamReader(ImageChoice choice, IReadOnlyList<IFileAnalyser> analysers, ArchiveLimits limits)
{
    private const int HeadBytes = 512;

    private readonly Dictionary<string, byte[]> _documents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Layer> _layers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _links = new(StringComparer.Ordinal);
    private long _documentBytes;

    public Image Read(Stream stream, CancellationToken cancel)
    {
        try
        {
            ReadParts(stream, cancel);
            return _documents.ContainsKey("manifest.json") ? DockerImage() : OciImage();
        }
        catch (ArchiveException e)
        {
            throw new ImageException($"cannot read {choice.Place}", e.Message, inner: e);
        }
    }

    private void ReadParts(Stream stream, CancellationToken cancel)
    {
        // A whole archive may be packed too: docker save x | gzip.
        using var packed = new CountingStream(stream);
        using var unpacked = new UnpackedStream(packed, limits with { UnpackedBytes = long.MaxValue });
        using var tar = new TarReader(unpacked.Packing.Length == 0 && stream.CanSeek ? Rewound(stream) : unpacked, limits);
        while (tar.Next() is { } entry)
        {
            cancel.ThrowIfCancellationRequested();
            if (ImagePath.Clean(entry.Name) is not { } path)
                throw new ArchiveException($"an entry's path leads out of it: {entry.Name}");
            // docker save writes a layer that it has written before as a link to it.
            if (entry.Kind is TarEntryKind.SymbolicLink or TarEntryKind.HardLink && _links.Count < limits.Layers)
                _links[path] = ImagePath.Follow(entry.Kind == TarEntryKind.HardLink ? "" : ImagePath.Directory(path), entry.LinkTarget) ?? "";
            if (entry.Kind == TarEntryKind.File && entry.Size > 0)
                ReadPart(path, entry.Size, new PeekStream(new TarEntryStream(tar), (int)Math.Min(HeadBytes, entry.Size)), cancel);
        }
    }

    private static Stream Rewound(Stream stream)
    {
        stream.Position = 0;
        return stream;
    }

    private void ReadPart(string path, long size, PeekStream content, CancellationToken cancel)
    {
        if (_layers.ContainsKey(path) || _documents.ContainsKey(path))
            throw new ArchiveException($"it holds {path} twice");
        if (content.Head[0] is (byte)'{' or (byte)'[')
        {
            _documentBytes += size;
            if (size > limits.DocumentBytes || _documentBytes > limits.AllDocumentsBytes)
                throw new ArchiveException($"{path} is too large for a manifest or a configuration: {size} bytes");
            var document = new byte[size];
            content.ReadExactly(document);
            _documents[path] = document;
        }
        else if (path.EndsWith(".tar", StringComparison.Ordinal) || path.StartsWith("blobs/", StringComparison.Ordinal))
        {
            if (_layers.Count == limits.Layers)
                throw new ArchiveException($"it has more than {limits.Layers} layers");
            _layers[path] = new LayerReader(analysers, limits).Read(content, cancel);
        }
    }

    private Image DockerImage()
    {
        var manifests = Json.Parse(_documents["manifest.json"], ImageJsonContext.Default.DockerManifestJsonArray, "its manifest.json")
            .Where(manifest => manifest is not null).ToList();
        var fitting = choice.Tag.Length == 0 ? manifests : [.. manifests.Where(manifest => (manifest.RepoTags ?? []).Any(choice.Names))];
        if (fitting.Count != 1)
        {
            throw new ImageException(
                $"cannot choose an image in {choice.Place}",
                $"it holds {(fitting.Count == 0 ? $"no image named '{choice.Tag}'" : "several images")}; it has: "
                    + string.Join(", ", manifests.SelectMany(manifest => manifest.RepoTags ?? ["one without a name"]).Take(20)),
                "name one with --tag NAME");
        }
        var chosen = fitting[0];
        var path = Resolved(chosen.Config ?? "");
        if (path is null || !_documents.TryGetValue(path, out var json))
            throw new ArchiveException($"the configuration {chosen.Config} is missing");
        var id = Digest.Of(json);
        // The name of the file is a promise: either HEX.json or blobs/sha256/HEX.
        var promised = ImagePath.Name(path).ToString().Replace(".json", "", StringComparison.Ordinal);
        if (promised.Length == 64 && id != $"sha256:{promised}")
            throw new ArchiveException($"the configuration is not what its digest says: {promised}");
        var layers = (chosen.Layers ?? []).Select(layer => (Resolved(layer) is { } found ? _layers.GetValueOrDefault(found) : null, PromisedDigest(layer)))
            .ToList();
        return ImageAssembler.Assemble(chosen.RepoTags?.FirstOrDefault() ?? "", id, ConfigurationReader.Read(json), layers);
    }

    private Image OciImage()
    {
        if (!_documents.TryGetValue("index.json", out var json))
            throw new ArchiveException("it holds neither a manifest.json (docker save) nor an index.json (OCI layout)");
        var index = Json.Parse(json, ImageJsonContext.Default.ManifestJson, "its index.json");
        var (manifest, name) = ManifestChooser.Choose(
            index, choice, digest => _documents.TryGetValue(BlobPath(digest), out var blob) ? blob : (ReadOnlyMemory<byte>?)null);
        return OciAssembler.Assemble(
            manifest, name,
            digest => _documents.TryGetValue(BlobPath(digest), out var blob) ? blob : null,
            digest => _layers.GetValueOrDefault(BlobPath(digest)));
    }

    private static string BlobPath(string digest) => $"blobs/{digest.Replace(':', '/')}";

    private static string PromisedDigest(string path) => path.StartsWith("blobs/sha256/", StringComparison.Ordinal)
        && Digest.IsValid($"sha256:{path["blobs/sha256/".Length..]}") ? $"sha256:{path["blobs/sha256/".Length..]}" : "";

    private string? Resolved(string path)
    {
        var at = ImagePath.Clean(path);
        for (var hops = 0; at is not null && hops < 8; hops++)
        {
            if (!_links.TryGetValue(at, out var next))
                return at;
            at = next;
        }
        return null;
    }
}
