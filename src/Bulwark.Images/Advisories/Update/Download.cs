using System.Net;
using System.Net.Http.Headers;

namespace Bulwark.Images.Advisories.Update;

/// <summary>Fetches one file, going on where a broken connection left off.</summary>
public sealed class Download(HttpClient http)
{
    private const int MostTries = 4;
    private const long LargestBytes = 1L << 30;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <summary>Fetches <paramref name="address"/> into <paramref name="path"/>, whole or not at all.</summary>
    /// <exception cref="HttpRequestException">It is not to be had, or not whole.</exception>
    /// <exception cref="ArgumentException">The address is not encrypted, and not of this machine.</exception>
    public async Task FetchAsync(Uri address, string path, CancellationToken cancel)
    {
        if (address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback)
            throw new ArgumentException($"{address} is not encrypted, and anyone on the way could change what it says", nameof(address));
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write);
        string? version = null;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                version = await ReadAsync(address, file, version, cancel).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (e is IOException or HttpRequestException { StatusCode: null or >= HttpStatusCode.InternalServerError } && attempt < MostTries)
            {
                // Without a name for the version that was begun, what is there cannot be gone on with.
                version = (e.Data[nameof(version)] as string) ?? version;
                await Task.Delay(s_pause * attempt, cancel).ConfigureAwait(false);
            }
        }
    }

    private async Task<string?> ReadAsync(Uri address, FileStream file, string? version, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (file.Length > 0 && version is not null)
        {
            request.Headers.Range = new RangeHeaderValue(file.Length, null);
            request.Headers.IfRange = new RangeConditionHeaderValue(new EntityTagHeaderValue(version));
        }
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
        answer.EnsureSuccessStatusCode();
        // A mirror must not lead to where nothing is encrypted.
        if (answer.RequestMessage?.RequestUri is { } final && final.Scheme != Uri.UriSchemeHttps && !final.IsLoopback)
            throw new HttpRequestException($"{address} leads to {final}, which is not encrypted");
        if (answer.StatusCode != HttpStatusCode.PartialContent)
            file.SetLength(0);
        var total = answer.StatusCode == HttpStatusCode.PartialContent ? answer.Content.Headers.ContentRange?.Length : answer.Content.Headers.ContentLength;
        version = answer.Headers.ETag is { IsWeak: false } tag ? tag.Tag : null;
        file.Position = file.Length;
        try
        {
            using var body = await answer.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
            var buffer = new byte[256 << 10];
            while (await body.ReadAsync(buffer, cancel).ConfigureAwait(false) is var read and > 0)
            {
                await file.WriteAsync(buffer.AsMemory(0, read), cancel).ConfigureAwait(false);
                if (file.Length > LargestBytes)
                    throw new HttpRequestException($"{address} is larger than {LargestBytes >> 30} GiB", null, HttpStatusCode.RequestEntityTooLarge);
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            e.Data[nameof(version)] = version;
            throw;
        }
        if (total is { } expected && expected != file.Length)
        {
            throw new HttpRequestException($"{address} ended after {file.Length} of {expected} bytes") { Data = { [nameof(version)] = version } };
        }
        return version;
    }
}
