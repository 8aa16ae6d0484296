using Bulwark.Images.Archives;
using Bulwark.Images.Layers;
using Bulwark.Images.Sources.Wire;

namespace Bulwark.Images.Sources;

/// <summary>
/// Reads an image out of one tar stream, in whatever order its parts come: the archive of <c>docker save</c> (both the old one with
/// <c>ID/layer.tar</c> and the newer one with an OCI layout inside) or an OCI layout in a tar. Each layer is analysed as it streams by,
/// so nothing is copied to a disk and the stream need not be seekable. Of one that is, first only the documents are read, and then, several
/// at a time, those layers that are the image's and are not known yet.
/// </summary>
internal sealed class ArchiveStreamReader(ImageChoice choice, LayerReading reading)
{
    private const int HeadBytes = 512;

    private readonly ArchiveLimits _limits = reading.Limits;
    private readonly Dictionary<string, byte[]> _documents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Layer> _layers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _links = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seen = [];
    private readonly Dictionary<string, (long Offset, long Length)> _places = new(StringComparer.Ordinal);
    private long _documentBytes;
    private int _layerCount;

    public Image Read(Stream stream, CancellationToken cancel)
    {
        try
        {
            var isInPlace = stream.CanSeek && !IsPacked(stream);
            ReadParts(stream, isInPlace, cancel);
            if (isInPlace)
                ReadPlaces(stream, cancel);
            return _documents.ContainsKey("manifest.json") ? DockerImage() : OciImage();
        }
        catch (ArchiveException e)
        {
            // It is not what it was taken for.
            var isOther = _documents.Count == 0 && _layerCount == 0;
            throw new ImageException($"cannot read {choice.Place}", e.Message, isOther ? "docker save -o image.tar NAME makes one; a root file system is scanned unpacked: dir:PATH" : "", e);
        }
    }

    // Layers that can be read where they lie are only noted.
    private void ReadParts(Stream stream, bool isInPlace, CancellationToken cancel)
    {
        // A whole archive may be packed too: docker save x | gzip.
        using var packed = new CountingStream(stream);
        using var unpacked = new UnpackedStream(packed, _limits with { UnpackedBytes = long.MaxValue });
        using var tar = new TarReader(isInPlace ? Rewound(stream) : unpacked, _limits);
        while (tar.Next() is { } entry)
        {
            cancel.ThrowIfCancellationRequested();
            if (ImagePath.Clean(entry.Name) is not { } path)
                throw new ArchiveException($"an entry's path leads out of it: {entry.Name}");
            // docker save writes a layer that it has written before as a link to it.
            if (entry.Kind is TarEntryKind.SymbolicLink or TarEntryKind.HardLink && _links.Count < _limits.Layers)
                _links[path] = ImagePath.Follow(entry.Kind == TarEntryKind.HardLink ? "" : ImagePath.Directory(path), entry.LinkTarget) ?? "";
            if (entry.Kind != TarEntryKind.File || entry.Size == 0)
                continue;
            (long, long)? place = isInPlace ? (stream.Position, entry.Size) : null;
            ReadPart(path, entry.Size, new PeekStream(new TarEntryStream(tar), (int)Math.Min(HeadBytes, entry.Size)), place, cancel);
        }
    }

    private static bool IsPacked(Stream stream)
    {
        using var unpacked = new UnpackedStream(new CountingStream(Rewound(stream)), new());
        return unpacked.Packing.Length > 0;
    }

    private static Stream Rewound(Stream stream)
    {
        stream.Position = 0;
        return stream;
    }

    private void ReadPart(string path, long size, PeekStream content, (long Offset, long Length)? place, CancellationToken cancel)
    {
        if (content.Head[0] is (byte)'{' or (byte)'[')
        {
            if (_documents.ContainsKey(path) || _seen.Contains(path))
                throw new ArchiveException($"it holds {path} twice");
            _documentBytes += size;
            if (size > _limits.DocumentBytes || _documentBytes > _limits.AllDocumentsBytes)
                throw new ArchiveException($"{path} is too large for a manifest or a configuration: {size} bytes");
            var document = new byte[size];
            content.ReadExactly(document);
            _documents[path] = document;
        }
        else if (path.EndsWith(".tar", StringComparison.Ordinal) || path.StartsWith("blobs/", StringComparison.Ordinal))
        {
            if (!_seen.Add(path) || _documents.ContainsKey(path))
                throw new ArchiveException($"it holds {path} twice");
            if (++_layerCount > _limits.Layers)
                throw new ArchiveException($"it has more than {_limits.Layers} layers");
            if (place is { } at)
                _places[path] = at;
            else
                _layers[path] = new LayerReader(reading).Read(content, cancel);
        }
    }

    private void ReadPlaces(Stream stream, CancellationToken cancel)
    {
        var (configuration, layers) = _documents.ContainsKey("manifest.json") ? DockerLayers() : OciLayers();
        var diffIds = configuration.DiffIds.Length == layers.Count ? configuration.DiffIds : [];
        var wanted = layers.Select((layer, index) => (layer.Path, Place: _places.GetValueOrDefault(layer.Path), layer.Promised, DiffId: diffIds.ElementAtOrDefault(index) ?? ""))
            .Where(layer => layer.Place.Length > 0).DistinctBy(layer => layer.Path).ToList();
        var found = LayerSet.Read(
            wanted, LayerSet.AtATime, layer => reading.Known(layer.DiffId, layer.Promised), layer => layer.Place.Length,
            layer => new LayerReader(reading).Read(new StreamPiece(stream, layer.Place.Offset, layer.Place.Length), cancel, layer.DiffId, layer.Promised), cancel);
        foreach (var (layer, read) in wanted.Zip(found))
            _layers[layer.Path] = read!;
    }

    private DockerManifestJson DockerManifest()
    {
        var manifests = Json.Parse(_documents["manifest.json"], ImageJsonContext.Default.DockerManifestJsonArray, "its manifest.json")
            .Where(manifest => manifest is not null).ToList();
        var fitting = choice.Tag.Length == 0 ? manifests : [.. manifests.Where(manifest => (manifest.RepoTags ?? []).Any(choice.Names))];
        if (fitting.Count == 1)
            return fitting[0];
        throw new ImageException(
            $"cannot choose an image in {choice.Place}",
            $"it holds {(fitting.Count == 0 ? $"no image named '{choice.Tag}'" : "several images")}; it has: "
                + string.Join(", ", manifests.SelectMany(manifest => manifest.RepoTags ?? ["one without a name"]).Take(20)),
            "name one with --tag NAME");
    }

    private byte[] DockerConfiguration(DockerManifestJson manifest)
    {
        var path = Resolved(manifest.Config ?? "");
        if (path is null || !_documents.TryGetValue(path, out var json))
            throw new ArchiveException($"the configuration {manifest.Config} is missing");
        // The name of the file is a promise: either HEX.json or blobs/sha256/HEX.
        var promised = ImagePath.Name(path).ToString().Replace(".json", "", StringComparison.Ordinal);
        return promised.Length != 64 || Digest.Of(json) == $"sha256:{promised}"
            ? json
            : throw new ArchiveException($"the configuration is not what its digest says: {promised}");
    }

    private (ImageConfiguration Configuration, List<(string Path, string Promised)> Layers) DockerLayers()
    {
        var manifest = DockerManifest();
        ImageAssembler.CheckCount(manifest.Layers?.Length ?? 0, _limits);
        return (ConfigurationReader.Read(DockerConfiguration(manifest)), [.. (manifest.Layers ?? []).Select(layer => (Resolved(layer) ?? "", PromisedDigest(layer)))]);
    }

    private Image DockerImage()
    {
        var manifest = DockerManifest();
        var (configuration, paths) = DockerLayers();
        var layers = paths.Select(layer => (_layers.GetValueOrDefault(layer.Path), layer.Promised)).ToList();
        return ImageAssembler.Assemble(manifest.RepoTags?.FirstOrDefault() ?? "", Digest.Of(DockerConfiguration(manifest)), configuration, layers, _limits);
    }

    private (ManifestJson Manifest, string Name) OciManifest()
    {
        if (!_documents.TryGetValue("index.json", out var json))
            throw new ArchiveException("it holds neither a manifest.json (docker save) nor an index.json (OCI layout)");
        var index = Json.Parse(json, ImageJsonContext.Default.ManifestJson, "its index.json");
        return ManifestChooser.Choose(
            index, choice, digest => _documents.TryGetValue(BlobPath(digest), out var blob) ? blob : (ReadOnlyMemory<byte>?)null);
    }

    private (ImageConfiguration Configuration, List<(string Path, string Promised)> Layers) OciLayers()
    {
        var (manifest, _) = OciManifest();
        ImageAssembler.CheckCount(manifest.Layers?.Length ?? 0, _limits);
        var configuration = _documents.GetValueOrDefault(BlobPath(manifest.Config?.Digest ?? ""));
        return (
            configuration is not null && Digest.Of(configuration) == manifest.Config?.Digest ? ConfigurationReader.Read(configuration) : new(),
            [.. (manifest.Layers ?? []).Where(layer => Digest.IsValid(layer?.Digest)).Select(layer => (BlobPath(layer.Digest!), layer.Digest!))]);
    }

    private Image OciImage()
    {
        var (manifest, name) = OciManifest();
        return OciAssembler.Assemble(
            manifest, name,
            digest => _documents.TryGetValue(BlobPath(digest), out var blob) ? blob : null,
            digest => _layers.GetValueOrDefault(BlobPath(digest)),
            _limits);
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
