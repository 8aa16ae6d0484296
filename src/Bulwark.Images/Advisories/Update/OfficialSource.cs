namespace Bulwark.Images.Advisories.Update;

/// <summary>A place that publishes advisories.</summary>
/// <param name="Name">What people name it by: <c>debian</c>, <c>npm</c>, <c>alpine-3.22</c>.</param>
/// <param name="Addresses">Files, each read in whole.</param>
public sealed record OfficialSource(string Name, IReadOnlyList<Uri> Addresses)
{
    private const string OsvBucket = "https://osv-vulnerabilities.storage.googleapis.com";

    private static readonly string[] s_alpineReleases = ["3.18", "3.19", "3.20", "3.21", "3.22"];

    /// <summary>All that Bulwark knows.</summary>
    public static IReadOnlyList<OfficialSource> All { get; } =
    [
        new("debian", [new("https://security-tracker.debian.org/tracker/data/json")]),
        .. s_alpineReleases.Select(release => new OfficialSource($"alpine-{release}",
            [new($"https://secdb.alpinelinux.org/v{release}/main.json"), new($"https://secdb.alpinelinux.org/v{release}/community.json")])),
        new("wolfi", [new("https://packages.wolfi.dev/os/security.json")]),
        Osv("ubuntu", "Ubuntu"), Osv("rocky", "Rocky Linux"), Osv("almalinux", "AlmaLinux"), Osv("redhat", "Red Hat"), Osv("suse", "SUSE"),
        Osv("opensuse", "openSUSE"), Osv("npm", "npm"), Osv("pypi", "PyPI"), Osv("go", "Go"),
        Osv("maven", "Maven"), Osv("nuget", "NuGet"), Osv("gem", "RubyGems"), Osv("cargo", "crates.io"), Osv("composer", "Packagist"),
        new("kev", [new("https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json")]),
        new("epss", [new("https://epss.empiricalsecurity.com/epss_scores-current.csv.gz")]),
    ];

    /// <summary>The same files below another address, which keeps the official host's name as its first folder: an image of the places.</summary>
    public OfficialSource Below(Uri mirror) => this with
    {
        Addresses = [.. Addresses.Select(address => new Uri($"{mirror.AbsoluteUri.TrimEnd('/')}/{address.Host}{address.AbsolutePath}"))],
    };

    private static OfficialSource Osv(string name, string ecosystem) => new(name, [new($"{OsvBucket}/{Uri.EscapeDataString(ecosystem)}/all.zip")]);
}
