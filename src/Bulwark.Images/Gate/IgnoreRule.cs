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
    /// <summary>Instead of a finding's id: all of them, and that there was no scan.</summary>
    public const string Everything = "*";

    /// <summary>Instead of a finding's id: that the image was not scanned, or could not be.</summary>
    public const string Unscanned = "unscanned";

    /// <summary>Instead of a finding's id: that the scan could not tell how the image is.</summary>
    public const string Unknown = "unknown";

    /// <summary>Only in this image, with or without a tag; empty for all.</summary>
    public string Image { get; init; } = "";

    /// <summary>Whether an image with these names is meant.</summary>
    public bool IsFor(IEnumerable<string> names) =>
        Image.Length == 0 || names.Any(name => name == Image || Model.Workloads.WorkloadResolver.Repository(name) == Image);

    public bool IsOver(DateOnly today) => Until < today;

    public bool Covers(Finding finding) => Covers(GateFinding.Of(finding));

    public bool Covers(GateFinding finding) =>
        (Id == Everything || finding.Id == Id || finding.Aliases.Contains(Id))
        && (Package.Length == 0 || (finding.Package.Length > 0 && (finding.Package == Package || finding.Source == Package)))
        && (Path.Length == 0 || finding.Path == Path || (Path.EndsWith('/') && finding.Path.StartsWith(Path, StringComparison.Ordinal)));
}
