using System.Text;
using System.Text.Json.Nodes;
using Bulwark.Images.Registries;
using Bulwark.Images.Tests.Harness;
using CsCheck;

namespace Bulwark.Images.Tests.Registries;

/// <summary>
/// Against a server that does what the distribution project's "Token authentication specification" says, and now and then what no server
/// should.
/// </summary>
public sealed class TokenRegistryTests : IAsyncDisposable
{
    private const string Secret = "do-not-show-me";

    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<string, byte[]> _files;
    private readonly StubServer _registry;
    private Func<string, byte[]?> _before = _ => null;
    private string _challenge = "";

    public TokenRegistryTests()
    {
        var layout = new TestImage().Layer(new Tar().File("a", new string('a', 100_000), "755")).Layout(TestImage.Gzip);
        _files = layout.ToDictionary(file => $"sha256:{file.Key.Split('/')[^1]}", file => file.Value);
        var digest = JsonNode.Parse(layout["index.json"])!["manifests"]![0]!["digest"]!.ToString();
        _files["1"] = _files[digest];
        _registry = new(request => _before(request) ?? Serve(request));
        _challenge = $"""WWW-Authenticate: Bearer realm="http://{_registry.Host}/token?account=x",service="registry.test",scope="repository:shop/web:pull,push" """;
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_token_is_asked_for_once_for_pulling_alone_and_used_for_everything()
    {
        Assert.Empty((await ReadAsync()).Doubts);

        var asked = Assert.Single(_registry.Requests, request => request.StartsWith("GET /token", StringComparison.Ordinal));
        Assert.StartsWith("GET /token?account=x&scope=repository%3Ashop%2Fweb%3Apull&service=registry.test HTTP", asked, StringComparison.Ordinal);
        Assert.Equal($"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"anna:{Secret}"))}", StubServer.Header(asked, "Authorization"));
        Assert.Single(_registry.Requests, request => request.StartsWith("GET /v2/", StringComparison.Ordinal) && StubServer.Header(request, "Authorization") is null);
        // The password goes where tokens are given and nowhere else.
        Assert.DoesNotContain(_registry.Requests, request => request.StartsWith("GET /v2/", StringComparison.Ordinal) && StubServer.Header(request, "Authorization")?.StartsWith("Basic", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task An_identity_token_is_exchanged_and_never_sent_as_a_password()
    {
        Assert.Empty((await ReadAsync($$$"""{"auths":{"HOST":{"identitytoken":"{{{Secret}}}"} }}""")).Doubts);

        var asked = Assert.Single(_registry.Requests, request => request.StartsWith("POST /token", StringComparison.Ordinal));
        Assert.Null(StubServer.Header(asked, "Authorization"));
        Assert.EndsWith($"grant_type=refresh_token&service=registry.test&client_id=bulwark&scope=repository%3Ashop%2Fweb%3Apull&refresh_token={Secret}", asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_ran_out_is_asked_for_anew()
    {
        var blobs = 0;
        _before = request => request.Contains("/blobs/", StringComparison.Ordinal) && blobs++ == 0 ? StubServer.Answer("", "401 Unauthorized", _challenge) : null;

        Assert.Empty((await ReadAsync()).Doubts);
        Assert.Equal(2, _registry.Requests.Count(request => request.StartsWith("GET /token", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_registry_that_takes_no_proof_is_not_asked_for_ever()
    {
        _before = request => request.StartsWith("GET /v2/", StringComparison.Ordinal) ? StubServer.Answer("", "401 Unauthorized", _challenge) : null;

        Assert.Contains("401", (await Assert.ThrowsAsync<ImageException>(() => ReadAsync())).Reason, StringComparison.Ordinal);
        Assert.Equal(3, _registry.Requests.Count);
    }

    [Fact]
    public async Task Where_a_registry_sends_us_our_proof_does_not_follow()
    {
        await using var store = new StubServer(request => StubServer.Answer(_files[request.Split(' ')[1].TrimStart('/')]));
        _before = request => request.Contains("/blobs/", StringComparison.Ordinal)
            ? StubServer.Answer("", "307 Temporary Redirect", $"Location: http://{store.Host}/{request.Split(' ')[1].Split('/')[^1]}")
            : null;

        Assert.Empty((await ReadAsync()).Doubts);
        Assert.Equal(2, store.Requests.Count);
        Assert.All(store.Requests, request => Assert.Null(StubServer.Header(request, "Authorization")));
        Assert.All(store.Requests, request => Assert.DoesNotContain(Secret, request, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_a_registry_sends_us_may_not_ask_who_we_are()
    {
        StubServer? store = null;
        store = new(request => StubServer.Answer("", "401 Unauthorized", $"WWW-Authenticate: Bearer realm=\"http://{store!.Host}/token\"", "WWW-Authenticate: Basic realm=\"x\""));
        await using (store)
        {
            _before = request => request.Contains("/blobs/", StringComparison.Ordinal) ? StubServer.Answer("", "307 Temporary Redirect", $"Location: http://{store.Host}/blob") : null;

            await Assert.ThrowsAsync<ImageException>(() => ReadAsync());
            Assert.NotEmpty(store.Requests);
            Assert.All(store.Requests, request => Assert.StartsWith("GET /blob ", request, StringComparison.Ordinal));
            Assert.All(store.Requests, request => Assert.Null(StubServer.Header(request, "Authorization")));
        }
    }

    [Fact]
    public async Task A_layer_that_breaks_off_is_gone_on_with_where_it_broke()
    {
        var layer = JsonNode.Parse(_files["1"])!["layers"]![0]!["digest"]!.ToString();
        var bytes = _files[layer];
        var ranges = new List<string?>();
        _before = request =>
        {
            if (!request.Contains(layer, StringComparison.Ordinal))
                return null;
            ranges.Add(StubServer.Header(request, "Range"));
            return ranges.Count switch
            {
                1 => [.. StubServer.Answer(bytes)[..^(bytes.Length - 50)]],
                // One that knows no ranges begins anew.
                2 => [.. StubServer.Answer(bytes)[..^(bytes.Length - 80)]],
                _ => StubServer.Answer(bytes[80..], "206 Partial Content", $"Content-Range: bytes 80-{bytes.Length - 1}/{bytes.Length}"),
            };
        };

        var image = await ReadAsync();
        Assert.Empty(image.Doubts);
        Assert.Equal([null, "bytes=50-", "bytes=80-"], ranges);
    }

    [Fact]
    public async Task A_layer_that_breaks_off_again_and_again_fails()
    {
        var layer = JsonNode.Parse(_files["1"])!["layers"]![0]!["digest"]!.ToString();
        _before = request => request.Contains(layer, StringComparison.Ordinal) ? [.. StubServer.Answer(_files[layer])[..^50]] : null;

        Assert.Contains("again and again", (await Assert.ThrowsAsync<ImageException>(() => ReadAsync())).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_layer_that_is_longer_than_the_manifest_says_fails()
    {
        var layer = JsonNode.Parse(_files["1"])!["layers"]![0]!["digest"]!.ToString();
        _before = request => request.Contains(layer, StringComparison.Ordinal) ? StubServer.Answer([.. _files[layer], 0, 0]) : null;

        Assert.Contains("more of a layer", (await Assert.ThrowsAsync<ImageException>(() => ReadAsync())).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_busy_is_asked_again()
    {
        var answers = 0;
        _before = request => request.Contains("/manifests/", StringComparison.Ordinal) && answers++ < 2 ? StubServer.Answer("", answers == 1 ? "503 Service Unavailable" : "429 Too Many Requests") : null;

        Assert.Empty((await ReadAsync()).Doubts);
    }

    [Theory]
    [InlineData("manifest", "more than 4096 KiB")]
    [InlineData("token", "more than 1024 KiB")]
    [InlineData("loop", "without end")]
    [InlineData("notoken", "without a token")]
    [InlineData("badtoken", "without a token")]
    [InlineData("norealm", "no encrypted address")]
    [InlineData("notjson", "cannot be understood")]
    [InlineData("config", "not what its digest says")]
    public async Task What_no_registry_should_do_is_told(string deed, string expected)
    {
        if (deed == "norealm")
            _challenge = "WWW-Authenticate: Bearer realm=\"file:///etc/passwd\"";
        _before = request => (deed, request.Split(' ')[1].Split('/')[^2..] is ["manifests", _], request.StartsWith("GET /token", StringComparison.Ordinal)) switch
        {
            ("manifest", true, _) => StubServer.Answer(new byte[5 << 20]),
            ("loop", true, _) => StubServer.Answer("", "302 Found", $"Location: {request.Split(' ')[1]}"),
            ("notjson", true, _) => StubServer.Answer("<html>"),
            ("token", _, true) => StubServer.Answer(new byte[2 << 20]),
            ("notoken", _, true) => StubServer.Answer("{}"),
            ("badtoken", _, true) => StubServer.Answer("""{"token":"a\r\nX-Injected: b"}"""),
            ("config", false, false) when request.Contains("/blobs/", StringComparison.Ordinal) => StubServer.Answer(new byte[_files[request.Split(' ')[1].Split('/')[^1]].Length]),
            _ => null,
        };

        var exception = await Assert.ThrowsAsync<ImageException>(() => ReadAsync());
        Assert.Contains(expected, exception.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_that_is_not_what_its_digest_says_is_refused()
    {
        var digest = $"sha256:{new string('0', 64)}";
        _files[digest] = _files["1"];

        Assert.Contains("manifest is another", (await Assert.ThrowsAsync<ImageException>(() => ReadAsync(wanted: $"@{digest}"))).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_damage_to_what_a_registry_sends_never_crashes_the_reader()
    {
        var whole = _files.ToDictionary(file => file.Key, file => file.Value.ToArray());
        var names = whole.Keys.Order(StringComparer.Ordinal).ToArray();
        Gen.Select(Gen.Int[0, names.Length - 1], Gen.Int[0, 400], Gen.Byte).Array[1, 4].Sample(damage =>
        {
            foreach (var name in names)
                _files[name] = whole[name].ToArray();
            foreach (var (name, at, value) in damage)
                _files[names[name]][at % whole[names[name]].Length] = value;
            try
            {
                // Whatever comes out, it is an image or a reason.
                Assert.NotNull(ReadAsync().GetAwaiter().GetResult().Configuration);
            }
            catch (ImageException e)
            {
                Assert.NotEmpty(e.Reason);
            }
        }, iter: 150, threads: 1);
    }

    [Fact]
    public async Task A_registry_of_this_machine_may_speak_without_encryption_unasked()
    {
        Assert.Empty((await ReadAsync(plainHttp: false)).Doubts);
    }

    private Task<Image> ReadAsync(string? credentials = null, string wanted = ":1", bool plainHttp = true)
    {
        var auth = Convert.ToBase64String(Encoding.UTF8.GetBytes($"anna:{Secret}"));
        var file = _directory.Write("config.json", (credentials ?? $$$"""{"auths":{"HOST":{"auth":"{{{auth}}}"} }}""").Replace("HOST", _registry.Host, StringComparison.Ordinal));
        return new RegistrySource(ImageReference.Parse($"{_registry.Host}/shop/web{wanted}")!, null,
            new() { PlainHttp = plainHttp, CredentialFiles = [file], Pause = TimeSpan.Zero }).ReadAsync(new([], new()), CancellationToken.None);
    }

    private byte[] Serve(string request)
    {
        var path = request.Split(' ')[1];
        if (path.StartsWith("/token", StringComparison.Ordinal))
            return StubServer.Answer("""{"token":"a-token","expires_in":300}""");
        if (StubServer.Header(request, "Authorization") != "Bearer a-token")
            return StubServer.Answer("", "401 Unauthorized", _challenge);
        return _files.TryGetValue(path.Split('/')[^1], out var file) ? StubServer.Answer(file) : StubServer.Answer("", "404 Not Found");
    }
}
