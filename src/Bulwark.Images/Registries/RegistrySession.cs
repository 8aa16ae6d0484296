using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bulwark.Images.Registries;

/// <summary>
/// Talks with one server about one repository: proves who we are when asked to, follows redirections, and tries again what may only have
/// gone wrong this time. (OCI distribution specification 1.1; the distribution project's "Token authentication specification" and "OAuth2".)
/// </summary>
internal sealed class RegistrySession(RegistryTransport transport, RegistryEndpoint endpoint, ImageReference image, CredentialStore credentials, RegistryOptions options)
    : IDisposable
{
    private const int MostRedirections = 5;
    private const int MostTries = 4;
    private const int LongestTokenAnswer = 1 << 20;

    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _proving = new(1);
    private AuthenticationHeaderValue? _proof;

    public RegistryEndpoint Endpoint => endpoint;

    /// <summary>A successful answer's head; the body is the caller's to read.</summary>
    /// <param name="from">The first byte that is wanted.</param>
    /// <exception cref="RegistryException">The registry refuses, or cannot be reached.</exception>
    public async Task<HttpResponseMessage> GetAsync(Uri address, string accept, long from, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var pause = options.Pause * attempt;
            try
            {
                var answer = await ProvenAsync(address, accept, from, cancel).ConfigureAwait(false);
                if (answer.IsSuccessStatusCode)
                    return answer;
                using (answer)
                {
                    if (attempt == MostTries || answer.StatusCode is < HttpStatusCode.InternalServerError and not HttpStatusCode.TooManyRequests)
                        throw Refused(address, answer.StatusCode);
                    pause = Asked(answer) is { } asked && asked > pause ? asked : pause;
                }
            }
            catch (HttpRequestException e) when (attempt == MostTries || e.HttpRequestError is HttpRequestError.SecureConnectionError or HttpRequestError.NameResolutionError)
            {
                throw new RegistryException($"{address.Authority} cannot be reached: {Innermost(e)}", inner: e);
            }
            catch (HttpRequestException)
            {
                // Tried again below.
            }
            await Task.Delay(pause < s_longestPause ? pause : s_longestPause, cancel).ConfigureAwait(false);
        }
    }

    public void Dispose() => _proving.Dispose();

    internal static string Innermost(Exception e)
    {
        while (e.InnerException is { } inner)
            e = inner;
        return e.Message;
    }

    private async Task<HttpResponseMessage> ProvenAsync(Uri address, string accept, long from, CancellationToken cancel)
    {
        var proof = _proof;
        var answer = await FollowedAsync(address, accept, from, proof, cancel).ConfigureAwait(false);
        // Only the registry may ask who we are: where it redirects to could name a place of its own to send the password to.
        if (answer.StatusCode != HttpStatusCode.Unauthorized || answer.RequestMessage?.RequestUri is not { } asking || !IsRegistry(asking))
            return answer;
        using (answer)
        {
            // A token that has run out is asked for once more; whoever came first has asked for all.
            await _proving.WaitAsync(cancel).ConfigureAwait(false);
            try
            {
                if (ReferenceEquals(_proof, proof))
                    _proof = await ProveAsync(address, answer, cancel).ConfigureAwait(false);
            }
            finally
            {
                _proving.Release();
            }
        }
        return await FollowedAsync(address, accept, from, _proof, cancel).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> FollowedAsync(Uri address, string accept, long from, AuthenticationHeaderValue? proof, CancellationToken cancel)
    {
        var at = address;
        for (var hops = 0; ; hops++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, at);
            foreach (var type in accept.Split(',', StringSplitOptions.RemoveEmptyEntries))
                request.Headers.Accept.ParseAdd(type);
            if (from > 0)
                request.Headers.Range = new(from, null);
            // What proves who we are is for the registry alone, not for wherever it sends us (a store with signed addresses).
            if (IsRegistry(at))
                request.Headers.Authorization = proof;
            var answer = await transport.SendAsync(request, cancel).ConfigureAwait(false);
            if (answer.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect) || answer.Headers.Location is not { } location)
                return answer;
            answer.Dispose();
            var next = new Uri(at, location);
            if (hops == MostRedirections)
                throw new RegistryException($"{address.Authority} leads from one address to another without end");
            if (next.Scheme != Uri.UriSchemeHttps && !(endpoint.MayBePlain && next.Scheme == Uri.UriSchemeHttp))
                throw new RegistryException($"{address.Authority} leads to {next.Authority}, which is not encrypted");
            at = next;
        }
    }

    private bool IsRegistry(Uri address) => address.Scheme == endpoint.Base.Scheme && address.Authority == endpoint.Base.Authority;

    private async Task<AuthenticationHeaderValue> ProveAsync(Uri address, HttpResponseMessage answer, CancellationToken cancel)
    {
        var offers = answer.Headers.WwwAuthenticate.Select(offer => AuthenticationChallenge.Parse(offer.Scheme, offer.Parameter))
            .OfType<AuthenticationChallenge>().ToList();
        var known = endpoint.TakesCredentials ? await credentials.FindAsync(image, cancel).ConfigureAwait(false) : null;
        if (offers.Find(offer => offer.IsBearer) is { } bearer)
            return new("Bearer", await TokenAsync(bearer, known, cancel).ConfigureAwait(false));
        if (offers.Exists(offer => offer.IsBasic) && known is { IsToken: false })
            return Basic(known);
        throw Refused(address, HttpStatusCode.Unauthorized, known is null ? "there are no credentials for it" : "");
    }

    private async Task<string> TokenAsync(AuthenticationChallenge challenge, Credentials? known, CancellationToken cancel)
    {
        if (!Uri.TryCreate(challenge.Parameter("realm"), UriKind.Absolute, out var realm)
            || (realm.Scheme != Uri.UriSchemeHttps && !(endpoint.MayBePlain && realm.Scheme == Uri.UriSchemeHttp)))
            throw new RegistryException($"{endpoint.Base.Authority} names no encrypted address to get a token from");
        // Never more than what is needed here, whatever the registry proposes.
        var scope = $"repository:{image.Repository}:pull";
        using var request = known is { IsToken: true }
            ? new HttpRequestMessage(HttpMethod.Post, realm)
            {
                Content = new FormUrlEncodedContent(new Dictionary<string, string>
                {
                    ["grant_type"] = "refresh_token",
                    ["service"] = challenge.Parameter("service"),
                    ["client_id"] = "bulwark",
                    ["scope"] = scope,
                    ["refresh_token"] = known.Secret,
                }),
            }
            : new HttpRequestMessage(HttpMethod.Get, Asking(realm, challenge.Parameter("service"), scope));
        if (known is { IsToken: false })
            request.Headers.Authorization = Basic(known);
        using var answer = await transport.SendAsync(request, cancel).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode)
            throw new RegistryException($"{realm.Authority} gives no token for {image.Repository} (it answers {(int)answer.StatusCode})", answer.StatusCode);
        var body = await BoundedBody.ReadAsync(answer, LongestTokenAnswer, options.Silence, cancel).ConfigureAwait(false);
        try
        {
            var token = JsonSerializer.Deserialize(body, TokenJsonContext.Default.TokenJson);
            // It becomes a part of a header: nothing in it may end the line.
            return (token?.Token ?? token?.AccessToken) is { Length: > 0 } text && text.All(character => character is > ' ' and <= '~')
                ? text
                : throw new RegistryException($"{realm.Authority} gave an answer without a token");
        }
        catch (JsonException)
        {
            throw new RegistryException($"{realm.Authority} gave an answer that is no token");
        }
    }

    private static Uri Asking(Uri realm, string service, string scope)
    {
        var asking = new UriBuilder(realm);
        var question = $"scope={Uri.EscapeDataString(scope)}{(service.Length > 0 ? $"&service={Uri.EscapeDataString(service)}" : "")}";
        asking.Query = asking.Query.Length > 1 ? $"{asking.Query[1..]}&{question}" : question;
        return asking.Uri;
    }

    private static AuthenticationHeaderValue Basic(Credentials known) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{known.User}:{known.Secret}")));

    private static TimeSpan? Asked(HttpResponseMessage answer) => answer.Headers.RetryAfter?.Delta;

    // What the registry says in its answer is not repeated: it is the answer of whoever is there.
    private RegistryException Refused(Uri address, HttpStatusCode status, string more = "") => new(
        string.Create(CultureInfo.InvariantCulture, $"{address.Authority} answers {(int)status}{Word(status)} for {image.Repository}{(more.Length > 0 ? $": {more}" : "")}"), status);

    private static string Word(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized => " (who are you?)",
        HttpStatusCode.Forbidden => " (not allowed)",
        HttpStatusCode.NotFound => " (not there)",
        HttpStatusCode.TooManyRequests => " (too many requests)",
        _ => "",
    };
}

internal sealed record TokenJson
{
    public string? Token { get; init; }

    [JsonPropertyName("access_token")]
    public string? AccessToken { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TokenJson))]
internal sealed partial class TokenJsonContext : JsonSerializerContext;
