using System.Security.Cryptography;
using System.Text;

namespace Bulwark.Images.Tests.Harness;

/// <summary>
/// Stands in for the official places, which cannot be reached from a test: a server that has a folder for each official host, with files laid
/// out as the place's documentation says. It answers conditional requests as a real one does (RFC 9110), and counts what it sent.
/// </summary>
internal sealed class OfficialPlaces : IAsyncDisposable
{
    private readonly Dictionary<string, (byte[] Content, DateTimeOffset? Modified)> _files = new(StringComparer.Ordinal);
    private readonly StubServer _server;

    public OfficialPlaces() => _server = new(Answer);

    public Uri Address => new($"http://{_server.Host}/");

    /// <summary>Paths that were sent in whole.</summary>
    public List<string> Sent { get; } = [];

    /// <summary>Paths that are there, but that the server fails over.</summary>
    public HashSet<string> Broken { get; } = new(StringComparer.Ordinal);

    /// <summary>Puts a file there: its path begins with the official host.</summary>
    public OfficialPlaces With(string path, byte[] content, DateTimeOffset? modified = null)
    {
        _files[path] = (content, modified);
        return this;
    }

    public OfficialPlaces With(string path, string content, DateTimeOffset? modified = null) => With(path, Encoding.UTF8.GetBytes(content), modified);

    public void Remove(string path) => _files.Remove(path);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private byte[] Answer(string request)
    {
        var path = Uri.UnescapeDataString(request.Split(' ')[1].TrimStart('/'));
        if (Broken.Contains(path))
            return StubServer.Answer("", "503 Service Unavailable");
        if (!_files.TryGetValue(path, out var file))
            return StubServer.Answer("", "404 Not Found");
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(file.Content))[..16]}\"";
        string[] headers = [$"ETag: {tag}", .. file.Modified is { } time ? (string[])[$"Last-Modified: {time:R}"] : []];
        if (StubServer.Header(request, "If-None-Match") == tag)
            return StubServer.Answer("", "304 Not Modified", headers);
        Sent.Add(path);
        return StubServer.Answer(file.Content, "200 OK", headers);
    }
}
