using System.Collections.Immutable;

namespace Bulwark.Images.Advisories.Update;

/// <summary>A place that publishes advisories.</summary>
/// <param name="Name">What people name it by: <c>debian</c>, <c>npm</c>, <c>alpine-3.22</c>.</param>
/// <param name="Addresses">What to fetch, at the official place, by its <see cref="Layout"/>.</param>
public sealed record OfficialSource(string Name, ImmutableArray<Uri> Addresses)
{
    private const string OsvBucket = "https://osv-vulnerabilities.storage.googleapis.com";
    private const string DebianLists = "https://salsa.debian.org/security-tracker-team/security-tracker/-/raw/master/data";
    private const string SuseFolder = "https://ftp.suse.com/pub/projects/security/oval";

    private static readonly string[] s_alpineReleases = ["3.18", "3.19", "3.20", "3.21", "3.22", "3.23", "3.24"];

    /// <summary>All that Bulwark knows.</summary>
    public static ImmutableArray<OfficialSource> All { get; } =
    [
        new("debian", [new("https://security-tracker.debian.org/tracker/data/json")]),
        new("debian-lists", [new($"{DebianLists}/CVE/list"), new($"{DebianLists}/DSA/list"), new($"{DebianLists}/DLA/list")]),
        .. s_alpineReleases.Select(release => new OfficialSource($"alpine-{release}",
            [new($"https://secdb.alpinelinux.org/v{release}/main.json"), new($"https://secdb.alpinelinux.org/v{release}/community.json")])),
        new("wolfi", [new("https://packages.wolfi.dev/os/security.json")]),
        new("chainguard", [new("https://packages.cgr.dev/chainguard/security.json")]),
        Amazon("amazon-2", "https://cdn.amazonlinux.com/2/core/latest/x86_64/mirror.list"),
        Amazon("amazon-2023", "https://cdn.amazonlinux.com/al2023/core/mirrors/latest/x86_64/mirror.list"),
        Suse("sles-15.6", "suse.linux.enterprise.15-sp6"), Suse("sles-15.7", "suse.linux.enterprise.15-sp7"), Suse("sles-16.0", "suse.linux.enterprise.server.16.0"),
        Suse("opensuse-leap-15.6", "opensuse.leap.15.6"), Suse("opensuse-leap-16.0", "opensuse.leap.16.0"),
        new("redhat-csaf", [new("https://security.access.redhat.com/data/csaf/v2/vex-feed/")]) { Layout = SourceLayout.CsafFolder, IsLarge = true },
        Osv("ubuntu", "Ubuntu"), Osv("rocky", "Rocky Linux"), Osv("almalinux", "AlmaLinux"), Osv("redhat", "Red Hat"), Osv("suse", "SUSE"),
        Osv("opensuse", "openSUSE"), Osv("npm", "npm"), Osv("pypi", "PyPI"), Osv("go", "Go"),
        Osv("maven", "Maven"), Osv("nuget", "NuGet"), Osv("gem", "RubyGems"), Osv("cargo", "crates.io"), Osv("composer", "Packagist"),
        new("kev", [new("https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json")]),
        new("epss", [new("https://epss.empiricalsecurity.com/epss_scores-current.csv.gz")]),
    ];

    public SourceLayout Layout { get; init; }

    /// <summary>Takes long the first time, and much of the memory: it is fetched when it is named, and from then on with the others.</summary>
    public bool IsLarge { get; init; }

    /// <summary>Where to fetch it from instead; the first that stands for a host is taken.</summary>
    public ImmutableArray<AdvisoryMirror> Mirrors { get; init; } = [];

    /// <summary>Where a file of the official place is fetched from.</summary>
    public Uri Located(Uri official) => Mirrors.Select(mirror => mirror.Of(official)).FirstOrDefault(address => address is not null) ?? official;

    // Packages for other architectures have the same names and versions.
    private static OfficialSource Amazon(string name, string list) => new(name, [new(list)]) { Layout = SourceLayout.RpmRepositories };

    private static OfficialSource Suse(string name, string file) => new(name, [new($"{SuseFolder}/{file}-affected.xml.gz")]);

    private static OfficialSource Osv(string name, string ecosystem) => new(name, [new($"{OsvBucket}/{Uri.EscapeDataString(ecosystem)}/all.zip")]);
}
