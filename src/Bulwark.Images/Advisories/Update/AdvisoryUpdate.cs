using System.Collections.Immutable;
using System.Net;
using Bulwark.Images.Advisories.Formats;
using Bulwark.Images.Advisories.Store;

namespace Bulwark.Images.Advisories.Update;

/// <summary>
/// Fetches advisories and takes them over. A source that fails leaves what it had before as it was, and does not keep others from being
/// taken over. What has not changed is not fetched, where the place tells.
/// </summary>
public sealed class AdvisoryUpdate(HttpClient http, TimeProvider clock)
{
    /// <param name="path">The advisory file.</param>
    /// <param name="told">Is told what happens, a line at a time, from several threads.</param>
    /// <returns>The sources that failed, and why.</returns>
    /// <exception cref="AdvisoryFileException">The file that is there is damaged.</exception>
    public async Task<IReadOnlyList<UpdateFailure>> RunAsync(
        IReadOnlyList<OfficialSource> sources, string path, Action<string> told, CancellationToken cancel)
    {
        var failures = new List<UpdateFailure>();
        var known = Known(path);
        using var import = new AdvisoryImport(clock);
        var directory = Directory.CreateTempSubdirectory("bulwark-advisories-");
        try
        {
            foreach (var source in sources)
            {
                var mark = import.Mark();
                try
                {
                    await TakeAsync(new(source, http, directory.FullName, known, told), import, cancel).ConfigureAwait(false);
                }
                catch (Exception e) when (e is HttpRequestException or IOException or AdvisoryFormatException or ArgumentException
                    || (e is OperationCanceledException && !cancel.IsCancellationRequested))
                {
                    import.ReturnTo(mark);
                    failures.Add(new(source.Name, e.Message, HintFor(e)));
                }
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }
        if (import.HasNews)
            import.WriteTo(path);
        return failures;
    }

    private static ImmutableArray<AdvisorySource> Known(string path)
    {
        if (!File.Exists(path))
            return [];
        using var file = AdvisoryFile.Open(path);
        return file.Sources;
    }

    private static string HintFor(Exception failure) => failure switch
    {
        HttpRequestException { StatusCode: HttpStatusCode.NotFound or HttpStatusCode.Gone } =>
            "the place may have moved: a newer Bulwark may know where to, or name another with --mirror",
        HttpRequestException { StatusCode: HttpStatusCode.TooManyRequests or HttpStatusCode.Forbidden or >= HttpStatusCode.InternalServerError } =>
            "try again later, or fetch from a mirror: --mirror",
        HttpRequestException or OperationCanceledException => "check the network (and HTTPS_PROXY), then update again",
        AdvisoryFormatException => "try again later; if it stays so, tell Bulwark's authors, and import a file that you trust until then",
        ArgumentException => "name an address that begins with https://",
        _ => "see that there is room in $TMPDIR, then update again",
    };

    private Task TakeAsync(SourceFetch fetch, AdvisoryImport import, CancellationToken cancel) => fetch.Source.Layout switch
    {
        SourceLayout.RpmRepositories => TakeRepositoriesAsync(fetch, import, cancel),
        SourceLayout.CsafFolder => TakeCsafAsync(fetch, import, cancel),
        _ => TakeFilesAsync(fetch, import, cancel),
    };

    private async Task TakeFilesAsync(SourceFetch fetch, AdvisoryImport import, CancellationToken cancel)
    {
        var asked = clock.GetUtcNow();
        var addresses = fetch.Source.Addresses;
        var tags = fetch.KnownRevision is { } known && known.Length == addresses.Length ? known : [.. addresses.Select(_ => "")];
        var files = new List<(Uri Address, string Path, Downloaded Answer)>();
        // All of a source's files first: half a source must not replace a whole one.
        foreach (var (address, tag) in addresses.Zip(tags))
            files.Add(await fetch.FetchAsync(address, cancel, tag).ConfigureAwait(false));
        if (files.TrueForAll(file => file.Answer.IsUnchanged))
        {
            Keep(fetch, import, asked);
            return;
        }
        for (var index = 0; index < files.Count; index++)
        {
            if (files[index].Answer.IsUnchanged)
                files[index] = await fetch.FetchAsync(addresses[index], cancel).ConfigureAwait(false);
        }
        var named = files.Select(file => file.Answer.Tag).ToList();
        var revision = named.TrueForAll(tag => tag.Length > 0 && !tag.Contains(' ', StringComparison.Ordinal)) ? fetch.Revision(named) : null;
        foreach (var (address, path, _) in files)
            await ReadAsync(import, path, address, asked, revision, null, cancel).ConfigureAwait(false);
    }

    private async Task TakeRepositoriesAsync(SourceFetch fetch, AdvisoryImport import, CancellationToken cancel)
    {
        var asked = clock.GetUtcNow();
        var lists = fetch.Source.Addresses;
        var files = new List<(Uri Address, string? Path, string Checksum)>();
        foreach (var list in lists)
            files.Add(await RpmRepository.FetchAsync(fetch, list, lists.Length == 1 ? fetch.KnownRevision.FirstOrDefault("") : "", cancel).ConfigureAwait(false));
        if (files.TrueForAll(file => file.Path is null))
        {
            Keep(fetch, import, asked);
            return;
        }
        foreach (var (address, path, _) in files)
            await ReadAsync(import, path!, address, asked, fetch.Revision(files.Select(file => file.Checksum)), null, cancel).ConfigureAwait(false);
    }

    private async Task TakeCsafAsync(SourceFetch fetch, AdvisoryImport import, CancellationToken cancel)
    {
        var asked = clock.GetUtcNow();
        var changes = await CsafFolder.FetchAsync(fetch, cancel).ConfigureAwait(false);
        var revision = fetch.Revision(changes.Newest.ToString("O"));
        var asOf = changes.IsWhole ? asked : changes.Newest;
        if (changes.Archive is var (archive, archived))
            await ReadAsync(import, archived, archive, asOf, revision, changes.Replaces, cancel).ConfigureAwait(false);
        else if (changes.Replaced.Count == 0)
        {
            Keep(fetch, import, asked);
            return;
        }
        else
        {
            foreach (var source in fetch.Known)
                import.Amend(source.Name, changes.Issues, new(source.Origin, asOf, revision));
        }
        foreach (var (address, path) in changes.Documents)
            await ReadAsync(import, path, address, asOf, revision, null, cancel).ConfigureAwait(false);
    }

    private static void Keep(SourceFetch fetch, AdvisoryImport import, DateTimeOffset asOf)
    {
        foreach (var source in fetch.Known)
            import.Keep(source.Name, asOf);
    }

    private static async Task ReadAsync(
        AdvisoryImport import, string path, Uri address, DateTimeOffset asOf, string? revision, Predicate<string>? skips, CancellationToken cancel)
    {
        await Task.Run(() => import.Read(path, address.AbsoluteUri, asOf, cancel, revision, skips), cancel).ConfigureAwait(false);
        File.Delete(path);
    }
}
