using Bulwark.Images.Findings;

namespace Bulwark.Images.Gate;

/// <summary>An exception: findings that somebody has looked at and that do not count.</summary>
/// <param name="Id">The finding's id, or another name of the vulnerability.</param>
/// <param name="Package">Only in this package (or what is built from this source); empty for all.</param>
/// <param name="Path">Only at this path, or under it if it ends with '/'; empty for all.</param>
/// <param name="Until">The last day; null for no end.</param>
/// <param name="Reason">Why; never empty.</param>
/// <param name="Line">Where in the file it stands.</param>
public sealed record IgnoreRule(string Id, string Package, string Path, DateOnly? Until, string Reason, int Line)
{
    public bool IsOver(DateOnly today) => Until < today;

    public bool Covers(Finding finding) =>
        (finding.Id == Id || finding.Vulnerability?.Aliases.Contains(Id) == true)
        && (Package.Length == 0 || (finding.Vulnerability?.Package.Package is { } package && (package.Name == Package || package.Source == Package)))
        && (Path.Length == 0 || finding.Path == Path || (Path.EndsWith('/') && finding.Path.StartsWith(Path, StringComparison.Ordinal)));
}
