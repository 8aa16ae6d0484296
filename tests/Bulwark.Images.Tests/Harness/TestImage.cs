using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Bulwark.Images.Tests.Harness;

/// <summary>Makes images in every form in which Bulwark reads them.</summary>
internal sealed class TestImage
{
    private readonly List<byte[]> _layers = [];
    private readonly JsonArray _history = [];

    public JsonObject Config { get; } = [];

    public TestImage Layer(Tar tar, string createdBy = "COPY . /") => Layer(tar.ToArray(), createdBy);

    public TestImage Layer(byte[] tar, string createdBy = "COPY . /")
    {
        _layers.Add(tar);
        _history.Add(new JsonObject { ["created_by"] = createdBy });
        return this;
    }

    public TestImage Step(string createdBy)
    {
        _history.Add(new JsonObject { ["created_by"] = createdBy, ["empty_layer"] = true });
        return this;
    }

    public static string Digest(byte[] bytes) => $"sha256:{Hex(bytes)}";

    public static byte[] Gzip(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    public static byte[] Zstd(byte[] bytes)
    {
        using var compressor = new ZstdSharp.Compressor();
        return compressor.Wrap(bytes).ToArray();
    }

    public byte[] Configuration() => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["architecture"] = "amd64",
        ["os"] = "linux",
        ["created"] = "2026-03-01T12:00:00Z",
        ["config"] = Config.DeepClone(),
        ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray([.. _layers.Select(layer => JsonValue.Create(Digest(layer)))]) },
        ["history"] = _history.DeepClone(),
    }.ToJsonString());

    /// <summary>As <c>docker save</c> of Docker 20.10 writes it.</summary>
    public byte[] DockerArchive(string tag = "shop/web:1")
    {
        var configuration = Configuration();
        var tar = new Tar();
        foreach (var (layer, index) in _layers.Select((layer, index) => (layer, index)))
        {
            // Docker writes a layer that is there already as a link to it.
            if (_layers.IndexOf(layer) is var first && first < index)
                tar.Link($"id{index}/layer.tar", $"../id{first}/layer.tar");
            else
                tar.File($"id{index}/layer.tar", layer);
        }
        return tar.File($"{Hex(configuration)}.json", configuration).File("manifest.json", new JsonArray(new JsonObject
        {
            [nameof(Config)] = $"{Hex(configuration)}.json",
            ["RepoTags"] = new JsonArray(tag),
            ["Layers"] = new JsonArray([.. _layers.Select((_, index) => JsonValue.Create($"id{index}/layer.tar"))]),
        }).ToJsonString()).ToArray();
    }

    /// <summary>The files of an OCI layout.</summary>
    public Dictionary<string, byte[]> Layout(Func<byte[], byte[]>? pack = null, string tag = "1")
    {
        var files = new Dictionary<string, byte[]> { ["oci-layout"] = """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray() };
        string Blob(byte[] bytes)
        {
            files[$"blobs/sha256/{Hex(bytes)}"] = bytes;
            return Digest(bytes);
        }
        JsonObject Descriptor(byte[] bytes) => new() { ["digest"] = Blob(bytes), ["size"] = bytes.Length };
        var manifest = Encoding.UTF8.GetBytes(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["config"] = Descriptor(Configuration()),
            ["layers"] = new JsonArray([.. _layers.Select(layer => Descriptor((pack ?? (bytes => bytes))(layer)))]),
        }.ToJsonString());
        var entry = Descriptor(manifest);
        entry["annotations"] = new JsonObject { ["org.opencontainers.image.ref.name"] = tag };
        files["index.json"] = Encoding.UTF8.GetBytes(new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(entry) }.ToJsonString());
        return files;
    }

    public byte[] LayoutArchive(Func<byte[], byte[]>? pack = null) =>
        Layout(pack).Aggregate(new Tar(), (tar, file) => tar.File(file.Key, file.Value)).ToArray();

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
