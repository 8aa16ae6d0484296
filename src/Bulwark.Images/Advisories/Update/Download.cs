using System.Net;
using System.Net.Http.Headers;

namespace Bulwark.Images.Advisories.Update;

/// <summary>Fetches one file, going on where a broken connection left off.</summary>
public sealed class Download(HttpClient http)
{
    /// <summary>Larger files are none of those that are fetched here.</summary>
    public const long LargestBytes = 1L << 30;

    private const int MostTries = 4;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    // A server that says nothing for so long in the middle of a file has gone away.
    private static readonly TimeSpan s_longestSilence = TimeSpan.FromMinutes(2);

    /// <summary>Fetches <paramref name="address"/> into <paramref name="path"/>, whole or not at all.</summary>
    /// <param name="knownTag">The entity tag of what is known already: if the file still has it, nothing is fetched. Empty if nothing is.</param>
    /// <param name="largest">Most bytes.</param>
    /// <exception cref="HttpRequestException">It is not to be had, or not whole.</exception>
    /// <exception cref="ArgumentException">The address is not encrypted, and not of this machine.</exception>
    public async Task<Downloaded> FetchAsync(Uri address, string path, CancellationToken cancel, string knownTag = "", long largest = LargestBytes)
    {
        if (address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback)
            throw new ArgumentException($"{address} is not encrypted, and anyone on the way could change what it says", nameof(address));
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write);
        var begun = new Begun();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ReadAsync(address, file, begun, knownTag, largest, cancel).ConfigureAwait(false);
            }
            catch (Exception e) when (attempt < MostTries && !cancel.IsCancellationRequested
                && e is IOException or TimeoutException or HttpRequestException { StatusCode: null or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError })
            {
                await Task.Delay(s_pause * attempt, cancel).ConfigureAwait(false);
            }
            catch (TimeoutException e)
            {
                throw new HttpRequestException($"{address}: {e.Message}", e);
            }
        }
    }

    private async Task<Downloaded> ReadAsync(Uri address, FileStream file, Begun begun, string knownTag, long largest, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (file.Length > 0 && begun.Tag is { } known)
        {
            request.Headers.Range = new RangeHeaderValue(file.Length, null);
            request.Headers.IfRange = new RangeConditionHeaderValue(new EntityTagHeaderValue(known));
        }
        else if (knownTag.Length > 0)
            request.Headers.TryAddWithoutValidation("If-None-Match", knownTag);
        using var answer = await SendAsync(request, cancel).ConfigureAwait(false);
        // A mirror must not lead to where nothing is encrypted.
        if (answer.RequestMessage?.RequestUri is { } final && final.Scheme != Uri.UriSchemeHttps && !final.IsLoopback)
            throw new HttpRequestException($"{address} leads to {final}, which is not encrypted", null, HttpStatusCode.Redirect);
        var tag = answer.Headers.ETag;
        if (answer.StatusCode == HttpStatusCode.NotModified && knownTag.Length > 0)
            return new(IsUnchanged: true, knownTag, answer.Content.Headers.LastModified);
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException($"{address}: the server answered {(int)answer.StatusCode} ({answer.ReasonPhrase})", null, answer.StatusCode);
        if (answer.StatusCode != HttpStatusCode.PartialContent)
            file.SetLength(0);
        var total = answer.StatusCode == HttpStatusCode.PartialContent ? answer.Content.Headers.ContentRange?.Length : answer.Content.Headers.ContentLength;
        if (total > largest)
            throw TooLarge(address, largest);
        // Without a name for the version that was begun, what is there cannot be gone on with.
        begun.Tag = tag is { IsWeak: false } ? tag.Tag : null;
        file.Position = file.Length;
        await CopyAsync(answer.Content, file, address, largest, cancel).ConfigureAwait(false);
        if (total is { } expected && expected != file.Length)
            throw new HttpRequestException($"{address} ended after {file.Length} of {expected} bytes");
        return new(IsUnchanged: false, tag?.ToString() ?? "", answer.Content.Headers.LastModified);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw new HttpRequestException($"{request.RequestUri}: {e.Message}", e, e.StatusCode);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException("the server did not answer", e);
        }
    }

    private static async Task CopyAsync(HttpContent content, FileStream file, Uri address, long largest, CancellationToken cancel)
    {
        using var body = await content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        var buffer = new byte[256 << 10];
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            while (true)
            {
                silence.CancelAfter(s_longestSilence);
                var read = await body.ReadAsync(buffer, silence.Token).ConfigureAwait(false);
                if (read == 0)
                    return;
                await file.WriteAsync(buffer.AsMemory(0, read), cancel).ConfigureAwait(false);
                if (file.Length > largest)
                    throw TooLarge(address, largest);
            }
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"the server fell silent for {s_longestSilence.TotalMinutes:0} minutes", e);
        }
    }

    private static HttpRequestException TooLarge(Uri address, long largest) =>
        new($"{address} is larger than {(largest >= 1 << 20 ? $"{largest >> 20} MiB" : $"{largest >> 10} KiB")}", null, HttpStatusCode.RequestEntityTooLarge);

    /// <summary>The entity tag of the version that lies half in the file; null if it cannot be gone on with.</summary>
    private sealed class Begun
    {
        public string? Tag { get; set; }
    }
}
