namespace Bulwark.Images.Advisories.Update;

/// <summary>What is to be read of a folder of CSAF documents.</summary>
/// <param name="Archive">All documents as they were once; null if they are known already.</param>
/// <param name="Documents">Documents that changed since.</param>
/// <param name="Replaced">Names (<c>2024/cve-2024-0001.json</c>) of those that changed and of those that are gone: what is known of them counts no more.</param>
/// <param name="Newest">When the newest change was made that is among them.</param>
/// <param name="IsWhole">Whether that is everything; else it is as old as <paramref name="Newest"/>.</param>
internal sealed record CsafChanges(
    (Uri Address, string Path)? Archive, IReadOnlyList<(Uri Address, string Path)> Documents, IReadOnlySet<string> Replaced, DateTimeOffset Newest, bool IsWhole)
{
    /// <summary>Whether a file of the archive (<c>…/2024/cve-2024-0001.json</c>) counts no more.</summary>
    public bool Replaces(string name) => name.Split('/') is [.., var year, var file] && Replaced.Contains($"{year}/{file}");

    /// <summary>The vulnerabilities of <see cref="Replaced"/>.</summary>
    public IReadOnlySet<string> Issues => Replaced.Select(name => Path.GetFileNameWithoutExtension(name).ToUpperInvariant()).ToHashSet(StringComparer.Ordinal);
}
