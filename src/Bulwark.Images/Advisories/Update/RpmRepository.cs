using System.Xml;
using Bulwark.Images.Advisories.Formats;

namespace Bulwark.Images.Advisories.Update;

/// <summary>
/// An rpm repository behind a list of its mirrors, as Amazon Linux has it: <c>mirror.list</c> has an address a line, and
/// <c>repodata/repomd.xml</c> below such an address names the repository's files with their checksums.
/// </summary>
internal static class RpmRepository
{
    private const int LargestList = 64 << 10;
    private const int LargestIndex = 4 << 20;
    private const int MostMirrors = 8;

    /// <summary>Fetches the <c>updateinfo</c>, from the first mirror that has it as it should be.</summary>
    /// <returns>Where it is, null for the path if it is the one that is known, and its checksum.</returns>
    public static async Task<(Uri Address, string? Path, string Checksum)> FetchAsync(SourceFetch fetch, Uri list, string knownChecksum, CancellationToken cancel)
    {
        var text = await fetch.FetchTextAsync(list, LargestList, cancel).ConfigureAwait(false)
            ?? throw new AdvisoryFormatException($"{fetch.Source.Located(list)} does not exist");
        var mirrors = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(line => Uri.TryCreate(line.Replace("$basearch", "x86_64", StringComparison.Ordinal).TrimEnd('/') + '/', UriKind.Absolute, out var uri) ? uri : null)
            .OfType<Uri>().Take(MostMirrors).ToList();
        Exception? last = null;
        foreach (var mirror in mirrors)
        {
            try
            {
                return await FetchFromAsync(fetch, mirror, knownChecksum, cancel).ConfigureAwait(false);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or ArgumentException or AdvisoryFormatException or XmlException)
            {
                last = e;
            }
        }
        throw new AdvisoryFormatException(last is null
            ? $"{fetch.Source.Located(list)} names no mirror"
            : $"none of {mirrors.Count} mirrors in {fetch.Source.Located(list)} has the updates; the last one: {last.Message}", last);
    }

    private static async Task<(Uri Address, string? Path, string Checksum)> FetchFromAsync(SourceFetch fetch, Uri mirror, string knownChecksum, CancellationToken cancel)
    {
        var index = new Uri(mirror, "repodata/repomd.xml");
        var text = await fetch.FetchTextAsync(index, LargestIndex, cancel).ConfigureAwait(false)
            ?? throw new AdvisoryFormatException($"{fetch.Source.Located(index)} does not exist");
        var (place, checksum) = UpdateInfo(text) ?? throw new AdvisoryFormatException($"{fetch.Source.Located(index)} names no updateinfo with a SHA-256");
        if (!Uri.TryCreate(mirror, place, out var official) || !mirror.IsBaseOf(official))
            throw new AdvisoryFormatException($"{fetch.Source.Located(index)} names a file outside of the repository: {place}");
        if (checksum == knownChecksum)
            return (fetch.Source.Located(official), null, checksum);
        var (address, path, _) = await fetch.FetchAsync(official, cancel).ConfigureAwait(false);
        await SourceFetch.CheckAsync(address, path, checksum, cancel).ConfigureAwait(false);
        return (address, path, checksum);
    }

    private static (string Place, string Checksum)? UpdateInfo(string repomd)
    {
        using var reader = XmlReader.Create(new StringReader(repomd), new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        while (reader.ReadToFollowing("data"))
        {
            if (reader.GetAttribute("type") != "updateinfo")
                continue;
            using var data = reader.ReadSubtree();
            var (place, checksum) = ("", "");
            while (data.Read())
            {
                if (data.NodeType == XmlNodeType.Element && data.LocalName == "location")
                    place = data.GetAttribute("href") ?? "";
                else if (data.NodeType == XmlNodeType.Element && data.LocalName == "checksum" && data.GetAttribute("type") == "sha256")
                    checksum = data.ReadString().Trim().ToLowerInvariant();
            }
            return place.Length > 0 && checksum.Length == 64 && checksum.All(char.IsAsciiHexDigit) ? (place, checksum) : null;
        }
        return null;
    }
}
