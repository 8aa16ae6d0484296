namespace Bulwark.Images.Packages;

/// <summary>The distribution and release that an image is made of, by its os-release(5).</summary>
/// <param name="Id"><c>debian</c>, <c>alpine</c>, …</param>
/// <param name="VersionId"><c>12</c>, <c>3.20.1</c>; empty for a release that has no number yet.</param>
/// <param name="Codename"><c>bookworm</c>, or empty.</param>
/// <param name="Name">For people: <c>Debian GNU/Linux 12 (bookworm)</c>.</param>
public sealed record Distribution(string Id, string VersionId, string Codename, string Name)
{
    /// <summary>
    /// The key of its advisories: <c>debian:12</c>, <c>alpine:3.20</c>. Null when the release is not known, so that nobody knows which
    /// advisories are meant.
    /// </summary>
    public string? Ecosystem => Id switch
    {
        "debian" => DebianReleases.Number(VersionId, Codename) is { } number ? $"debian:{number}" : null,
        "alpine" when VersionId.Split('.') is [var major, var minor, ..] && !VersionId.Contains('_', StringComparison.Ordinal) => $"alpine:{major}.{minor}",
        "alpine" when VersionId.Length > 0 => "alpine:edge",
        "ubuntu" when VersionId.Length > 0 => $"ubuntu:{VersionId}",
        "wolfi" or "chainguard" => Id,
        "rocky" or "almalinux" or "rhel" or "centos" or "ol" or "amzn" or "fedora" when VersionId.Length > 0 => $"{Id}:{VersionId.Split('.')[0]}",
        "opensuse-leap" or "sles" when VersionId.Length > 0 => $"{Id}:{VersionId}",
        _ => null,
    };
}
