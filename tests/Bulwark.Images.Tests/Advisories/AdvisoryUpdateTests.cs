using System.Net;
using System.Net.Sockets;
using System.Text;
using Bulwark.Images.Advisories.Store;
using Bulwark.Images.Advisories.Update;
using Bulwark.Images.Tests.Harness;
using Microsoft.Extensions.Time.Testing;

namespace Bulwark.Images.Tests.Advisories;

public sealed class AdvisoryUpdateTests : IDisposable
{
    private const string Tracker = """{"curl":{"CVE-1":{"releases":{"bookworm":{"status":"open"}}}}}""";
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();
    private readonly HttpClient _http = new();

    private string Advisories => Path.Combine(_directory.Path, "advisories");

    public void Dispose()
    {
        _http.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task What_is_fetched_is_taken_over_and_is_as_old_as_its_fetching()
    {
        await using var mirror = new Mirror((_, _) => Answer(Tracker));

        Assert.Empty(await UpdateAsync(mirror, "debian"));
        using var file = AdvisoryFile.Open(Advisories);
        var source = Assert.Single(file.Sources);
        Assert.Equal(("debian", s_now), (source.Name, source.AsOf));
        Assert.Equal($"{mirror.Address}security-tracker.debian.org/tracker/data/json", source.Origin);
    }

    [Fact]
    public async Task A_broken_connection_is_gone_on_with_where_it_broke()
    {
        var ranges = new List<string>();
        await using var mirror = new Mirror((attempt, request) =>
        {
            var range = request.Split('\n').FirstOrDefault(line => line.StartsWith("Range:", StringComparison.OrdinalIgnoreCase))?.Trim() ?? "";
            ranges.Add(range);
            return attempt == 0
                ? $"HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nContent-Length: {Tracker.Length}\r\nConnection: close\r\n\r\n{Tracker[..20]}"
                : $"HTTP/1.1 206 Partial Content\r\nETag: \"v1\"\r\nContent-Range: bytes 20-{Tracker.Length - 1}/{Tracker.Length}\r\nContent-Length: {Tracker.Length - 20}\r\nConnection: close\r\n\r\n{Tracker[20..]}";
        });

        Assert.Empty(await UpdateAsync(mirror, "debian"));
        Assert.Equal(["", "Range: bytes=20-"], ranges);
        using var file = AdvisoryFile.Open(Advisories);
        Assert.Equal(1, file.Count);
    }

    [Fact]
    public async Task A_file_that_changed_meanwhile_is_fetched_anew()
    {
        await using var mirror = new Mirror((attempt, _) => attempt == 0
            ? $"HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nContent-Length: 5000\r\nConnection: close\r\n\r\nold and long"
            : Answer(Tracker));

        Assert.Empty(await UpdateAsync(mirror, "debian"));
        using var file = AdvisoryFile.Open(Advisories);
        Assert.Equal(1, file.Count);
    }

    [Theory]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 19\r\nConnection: close\r\n\r\n<html>login</html>\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")]
    public async Task What_is_no_advisories_changes_nothing_and_is_told(string answer)
    {
        await using (var good = new Mirror((_, _) => Answer(Tracker)))
            await UpdateAsync(good, "debian");
        await using var bad = new Mirror((_, _) => answer);

        Assert.Equal("debian", Assert.Single(await UpdateAsync(bad, "debian")).Source);
        using var file = AdvisoryFile.Open(Advisories);
        Assert.Equal(1, file.Count);
    }

    [Fact]
    public async Task Half_a_source_replaces_nothing_and_keeps_no_other_source_back()
    {
        const string secdb = """{"distroversion":"v3.22","reponame":"main","packages":[{"pkg":{"name":"a","secfixes":{"1":["CVE-1"]}}}]}""";
        await using var mirror = new Mirror((_, request) => request.Contains("community", StringComparison.Ordinal)
            ? "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            : Answer(request.Contains("secdb", StringComparison.Ordinal) ? secdb : Tracker));

        Assert.Equal("alpine-3.22", Assert.Single(await UpdateAsync(mirror, "alpine-3.22", "debian")).Source);
        using var file = AdvisoryFile.Open(Advisories);
        Assert.Equal(["debian"], file.Sources.Select(source => source.Name));
    }

    [Fact]
    public async Task What_is_not_encrypted_is_not_fetched()
    {
        var failures = await new AdvisoryUpdate(_http, TimeProvider.System).RunAsync(
            [new("x", [new("http://mirror.example/json")])], Advisories, _ => { }, CancellationToken.None);

        Assert.Contains("not encrypted", Assert.Single(failures).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_official_place_is_encrypted_and_has_a_name_of_its_own()
    {
        Assert.All(OfficialSource.All.SelectMany(source => source.Addresses), address => Assert.Equal("https", address.Scheme));
        Assert.Distinct(OfficialSource.All.Select(source => source.Name));
    }

    private Task<IReadOnlyList<UpdateFailure>> UpdateAsync(Mirror mirror, params string[] names) =>
        new AdvisoryUpdate(_http, new FakeTimeProvider(s_now)).RunAsync(
            [.. names.Select(name => OfficialSource.All.Single(source => source.Name == name) with { Mirrors = [new("", mirror.Address)] })], Advisories, _ => { }, CancellationToken.None);

    private static string Answer(string body) => $"HTTP/1.1 200 OK\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}";

    /// <summary>A server on this machine that says word for word what it is told to, also what no server should.</summary>
    private sealed class Mirror : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Func<int, string, string> _answer;
        private readonly Task _serving;

        public Mirror(Func<int, string, string> answer)
        {
            _answer = answer;
            _listener.Start();
            Address = new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
            _serving = ServeAsync();
        }

        public Uri Address { get; }

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _serving;
        }

        private async Task ServeAsync()
        {
            for (var attempt = 0; ; attempt++)
            {
                try
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    await using var stream = client.GetStream();
                    var request = new StringBuilder();
                    var buffer = new byte[4096];
                    while (!request.ToString().Contains("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(buffer) is var read and > 0)
                        request.Append(Encoding.ASCII.GetString(buffer, 0, read));
                    await stream.WriteAsync(Encoding.UTF8.GetBytes(_answer(attempt, request.ToString())));
                }
                catch (SocketException)
                {
                    return;
                }
                catch (ObjectDisposedException)
                {
                    return;
                }
            }
        }
    }
}
