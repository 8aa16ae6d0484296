using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Bulwark.Images.Advisories.Formats;

namespace Bulwark.Images.Advisories.Update;

/// <summary>
/// Red Hat's folder of CSAF documents (https://redhatproductsecurity.github.io/security-data-guidelines/csaf-vex). The first time its archive is
/// fetched, and what changed since that was made; from then on only what changed.
/// </summary>
internal static partial class CsafFolder
{
    private const int LargestName = 4 << 10;
    private const int LargestIndex = 128 << 20;
    private const int LargestDocument = 64 << 20;

    // Beyond so many the archive is less work for both sides.
    private const int MostDocuments = 4000;
    private const int AtOnce = 8;

    /// <returns>What to read.</returns>
    public static async Task<CsafChanges> FetchAsync(SourceFetch fetch, CancellationToken cancel)
    {
        var folder = fetch.Source.Addresses[0];
        var changes = await ListAsync(fetch, new(folder, "changes.csv"), cancel).ConfigureAwait(false);
        var deletions = await ListAsync(fetch, new(folder, "deletions.csv"), cancel).ConfigureAwait(false);
        DateTimeOffset? known = fetch.KnownRevision is [var stamp] && DateTimeOffset.TryParse(stamp, CultureInfo.InvariantCulture, out var time) ? time : null;
        (Uri Address, string Path)? archive = null;
        if (known is null || changes.Count(change => change.Changed > known) > MostDocuments)
            (archive, known) = await ArchiveAsync(fetch, folder, cancel).ConfigureAwait(false);
        var changed = changes.Where(change => change.Changed > known).ToList();
        // What the archive holds is then as old as the archive, and is said to be; the next one will have the rest.
        var isWhole = changed.Count <= MostDocuments;
        var deleted = deletions.Where(change => change.Changed > known || archive is not null).Select(change => change.Name)
            .Except(changed.Select(change => change.Name), StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
        var documents = new List<(Uri Address, string Path)>();
        if (isWhole)
        {
            await Parallel.ForEachAsync(changed, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (change, token) =>
            {
                try
                {
                    var (address, path, _) = await fetch.FetchAsync(new(folder, change.Name), token, largest: LargestDocument).ConfigureAwait(false);
                    lock (documents)
                        documents.Add((address, path));
                }
                catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.NotFound)
                {
                    // Withdrawn since the list was written.
                }
            }).ConfigureAwait(false);
        }
        var newest = isWhole ? changed.Concat(deletions.Where(change => change.Changed > known)).Select(change => change.Changed).Append(known!.Value).Max() : known!.Value;
        return new(archive, [.. documents.OrderBy(document => document.Address.AbsoluteUri, StringComparer.Ordinal)],
            new HashSet<string>([.. deleted, .. isWhole ? changed.Select(change => change.Name) : []], StringComparer.Ordinal), newest, isWhole);
    }

    private static async Task<((Uri Address, string Path) Archive, DateTimeOffset Made)> ArchiveAsync(SourceFetch fetch, Uri folder, CancellationToken cancel)
    {
        var latest = new Uri(folder, "archive_latest.txt");
        var name = (await fetch.FetchTextAsync(latest, LargestName, cancel).ConfigureAwait(false))?.Trim() ?? "";
        if (!ArchiveName().IsMatch(name))
            throw new AdvisoryFormatException($"{fetch.Source.Located(latest)} names no archive");
        var (address, path, answer) = await fetch.FetchAsync(new(folder, name), cancel).ConfigureAwait(false);
        if (await fetch.FetchTextAsync(new(folder, $"{name}.sha256"), LargestName, cancel).ConfigureAwait(false) is { } checksum)
            await SourceFetch.CheckAsync(address, path, checksum.Split([' ', '\t', '\r', '\n'], 2)[0], cancel).ConfigureAwait(false);
        // A day of a name begins before anything in the archive could have changed.
        var made = DateInName().Match(name) is { Success: true } day
            && DateTimeOffset.TryParseExact(day.Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : answer.Modified;
        return ((address, path), made ?? throw new AdvisoryFormatException($"{address} does not say when it was made"));
    }

    private static async Task<List<(string Name, DateTimeOffset Changed)>> ListAsync(SourceFetch fetch, Uri official, CancellationToken cancel)
    {
        var text = await fetch.FetchTextAsync(official, LargestIndex, cancel).ConfigureAwait(false)
            ?? throw new AdvisoryFormatException($"{fetch.Source.Located(official)} does not exist");
        var list = new List<(string, DateTimeOffset)>();
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.IsWhiteSpace())
                continue;
            // "2024/cve-2024-0001.json","2026-02-27T12:07:46+00:00". Names become addresses: nothing but such a name is taken.
            var comma = line.IndexOf(',');
            if (comma < 0 || !DateTimeOffset.TryParse(line[(comma + 1)..].Trim("\" "), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var changed))
                throw new AdvisoryFormatException($"{fetch.Source.Located(official)} has a line that is none of its own: {line[..Math.Min(line.Length, 100)]}");
            var name = line[..comma].Trim("\" ").ToString();
            if (DocumentName().IsMatch(name))
                list.Add((name, changed));
        }
        return list;
    }

    [GeneratedRegex(@"\A[0-9]{4}/cve-[0-9]{4}-[0-9]{4,12}\.json\z", RegexOptions.NonBacktracking)]
    private static partial Regex DocumentName();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,100}\.tar\.zst\z", RegexOptions.NonBacktracking)]
    private static partial Regex ArchiveName();

    [GeneratedRegex(@"[0-9]{4}-[0-9]{2}-[0-9]{2}", RegexOptions.NonBacktracking)]
    private static partial Regex DateInName();
}
