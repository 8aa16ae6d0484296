using Bulwark.Images.Advisories.Formats;

namespace Bulwark.Images.Advisories.Update;

/// <summary>
/// Fetches advisories and takes them over. A source that fails leaves what it had before as it was, and does not keep others from being
/// taken over.
/// </summary>
public sealed class AdvisoryUpdate(HttpClient http, TimeProvider clock)
{
    /// <param name="path">The advisory file.</param>
    /// <param name="told">Is told what happens, a line at a time.</param>
    /// <returns>The sources that failed, and why.</returns>
    public async Task<IReadOnlyList<(string Source, string Reason)>> RunAsync(
        IReadOnlyList<OfficialSource> sources, string path, Action<string> told, CancellationToken cancel)
    {
        var failures = new List<(string, string)>();
        using var import = new AdvisoryImport(clock);
        var directory = Directory.CreateTempSubdirectory("bulwark-advisories-");
        try
        {
            foreach (var source in sources)
            {
                try
                {
                    await TakeAsync(source, directory.FullName, import, told, cancel).ConfigureAwait(false);
                }
                catch (Exception e) when (e is HttpRequestException or IOException or AdvisoryFormatException or ArgumentException
                    || (e is OperationCanceledException && !cancel.IsCancellationRequested))
                {
                    failures.Add((source.Name, e.Message));
                }
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }
        if (import.Count > 0)
            import.WriteTo(path);
        return failures;
    }

    private async Task TakeAsync(OfficialSource source, string directory, AdvisoryImport import, Action<string> told, CancellationToken cancel)
    {
        var fetched = clock.GetUtcNow();
        var files = new List<(Uri Address, string Path)>();
        // All of a source's files first: half a source must not replace a whole one.
        foreach (var address in source.Addresses)
        {
            told($"Fetching {address}");
            var file = Path.Combine(directory, $"{source.Name}-{files.Count}");
            await new Download(http).FetchAsync(address, file, cancel).ConfigureAwait(false);
            files.Add((address, file));
        }
        foreach (var (address, file) in files)
        {
            await Task.Run(() => import.Read(file, address.AbsoluteUri, fetched, cancel), cancel).ConfigureAwait(false);
            File.Delete(file);
        }
    }
}
