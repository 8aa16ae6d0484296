namespace Bulwark.Images.Registries;

/// <summary>Reads an answer's body that has to be small.</summary>
internal static class BoundedBody
{
    /// <exception cref="RegistryException">It is larger than it may be, or breaks off.</exception>
    public static async Task<byte[]> ReadAsync(HttpResponseMessage answer, int most, TimeSpan silence, CancellationToken cancel)
    {
        var server = answer.RequestMessage?.RequestUri?.Authority ?? "the server";
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(silence);
        try
        {
            using var stream = await answer.Content.ReadAsStreamAsync(limited.Token).ConfigureAwait(false);
            using var body = new MemoryStream();
            var buffer = new byte[16 << 10];
            while (await stream.ReadAsync(buffer, limited.Token).ConfigureAwait(false) is var read and > 0)
            {
                if (body.Length + read > most)
                    throw new RegistryException($"{server} gave an answer of more than {most >> 10} KiB, where a short one belongs");
                body.Write(buffer, 0, read);
            }
            return body.ToArray();
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new RegistryException($"{server} did not finish its answer in time");
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new RegistryException($"{server} broke off its answer: {RegistrySession.Innermost(e)}", inner: e);
        }
    }
}
