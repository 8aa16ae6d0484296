using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Bulwark.Images.Advisories.Store;
using Bulwark.Images.Advisories.Update;
using Bulwark.Images.Tests.Harness;
using Microsoft.Extensions.Time.Testing;

namespace Bulwark.Images.Tests.Advisories;

/// <summary>Updates from places laid out as each documents itself (<see cref="OfficialPlaces"/> stands in for them).</summary>
public sealed class OfficialPlacesTests : IAsyncLifetime
{
    private const string Feed = "security.access.redhat.com/data/csaf/v2/vex-feed/";
    private const string AmazonList = "cdn.amazonlinux.com/al2023/core/mirrors/latest/x86_64/mirror.list";
    private const string AmazonGuid = "cdn.amazonlinux.com/al2023/core/guids/46ff4933/x86_64/";
    private const string Lists = "salsa.debian.org/security-tracker-team/security-tracker/-/raw/master/data/";

    private readonly TemporaryDirectory _directory = new();
    private readonly HttpClient _http = new();
    private readonly OfficialPlaces _places = new();
    private readonly FakeTimeProvider _clock = new(new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));

    private string Advisories => Path.Combine(_directory.Path, "advisories");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _places.DisposeAsync();
        _http.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task What_has_not_changed_is_not_fetched_again_and_is_as_fresh_as_the_question()
    {
        _places.With("security-tracker.debian.org/tracker/data/json", """{"curl":{"CVE-1":{"releases":{"bookworm":{"status":"open"}}}}}""");
        Assert.Empty(await UpdateAsync("debian"));
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.Empty(await UpdateAsync("debian"));

        Assert.Single(_places.Sent);
        using var file = AdvisoryFile.Open(Advisories);
        Assert.Equal((1, _clock.GetUtcNow()), (file.Count, Assert.Single(file.Sources).AsOf));
    }

    [Fact]
    public async Task Of_several_files_all_are_taken_anew_when_one_has_changed()
    {
        PutLists("curl 1");
        Assert.Empty(await UpdateAsync("debian-lists"));
        PutLists("curl 2");
        Assert.Empty(await UpdateAsync("debian-lists"));

        Assert.Equal(["debian:12 curl CVE-2026-0001 Fixed 2", "debian:12 curl CVE-2026-0002 EndOfLife ", "debian:12 curl CVE-2026-0003 Fixed 3"],
            Found().Where(line => line.StartsWith("debian:12", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Debians_lists_say_what_the_trackers_JSON_leaves_out_about_releases_that_have_ended()
    {
        PutLists("curl 1");
        Assert.Empty(await UpdateAsync("debian-lists"));

        Assert.Contains("debian:10 curl CVE-2026-0001 Deferred ", Found());
    }

    [Fact]
    public async Task Amazons_updates_are_found_behind_its_list_of_mirrors_and_checked()
    {
        PutAmazon(Updates("openssl", "3.0.8-1.amzn2023.0.14"), "https://cdn.amazonlinux.com/gone\nhttps://cdn.amazonlinux.com/al2023/core/guids/46ff4933/$basearch/\n");
        Assert.Empty(await UpdateAsync("amazon-2023"));

        Assert.Equal(["amzn:2023 openssl CVE-2026-1 Fixed 3.0.8-1.amzn2023.0.14"], Found());
        var sent = _places.Sent.Count(path => path.EndsWith("updateinfo.xml.gz", StringComparison.Ordinal));
        Assert.Empty(await UpdateAsync("amazon-2023"));
        Assert.Equal(sent, _places.Sent.Count(path => path.EndsWith("updateinfo.xml.gz", StringComparison.Ordinal)));
        Assert.Equal(["amzn:2023 openssl CVE-2026-1 Fixed 3.0.8-1.amzn2023.0.14"], Found());
    }

    [Theory]
    [InlineData("repodata/updateinfo.xml.gz", "has the SHA-256")]
    [InlineData("../../../../evil", "outside of the repository")]
    [InlineData("https://elsewhere.example/x", "outside of the repository")]
    public async Task An_updateinfo_that_is_not_the_one_that_is_named_is_not_taken(string place, string reason)
    {
        PutAmazon(Updates("openssl", "1-1"));
        Assert.Empty(await UpdateAsync("amazon-2023"));
        _places.With(AmazonGuid + "repodata/repomd.xml", Index(place, new string('0', 64)));

        Assert.Contains(reason, Assert.Single(await UpdateAsync("amazon-2023")).Reason, StringComparison.Ordinal);
        Assert.Equal(["amzn:2023 openssl CVE-2026-1 Fixed 1-1"], Found());
    }

    [Fact]
    public async Task Red_Hats_archive_comes_first_and_then_only_what_changed()
    {
        var made = new DateTimeOffset(2026, 11, 18, 3, 0, 0, TimeSpan.Zero);
        PutArchive(made, ("2024/cve-2024-0001.json", Document("CVE-2024-0001", "curl", "1-1.el9")), ("2024/cve-2024-0002.json", Document("CVE-2024-0002", "zlib", "1-1.el9")),
            ("2024/cve-2024-0003.json", Document("CVE-2024-0003", "gone", "1-1.el9")));
        // Changed after the archive was made; before it; and withdrawn.
        _places.With(Feed + "changes.csv", "\"2024/cve-2024-0002.json\",\"2026-11-19T00:00:00+00:00\"\n\"2024/cve-2024-0001.json\",\"2026-11-17T00:00:00+00:00\"\n\"../../evil\",\"2026-11-19T00:00:00+00:00\"\n")
            .With(Feed + "deletions.csv", "\"2024/cve-2024-0003.json\",\"2026-11-18T09:00:00+00:00\"\n")
            .With(Feed + "2024/cve-2024-0002.json", Document("CVE-2024-0002", "zlib", "2-1.el9"));
        Assert.Empty(await UpdateAsync("redhat-csaf"));
        Assert.Equal(["rhel:9 curl CVE-2024-0001 Fixed 1-1.el9", "rhel:9 zlib CVE-2024-0002 Fixed 2-1.el9"], Found());

        _clock.Advance(TimeSpan.FromDays(1));
        _places.Sent.Clear();
        Assert.Empty(await UpdateAsync("redhat-csaf"));
        Assert.Equal(["changes.csv", "deletions.csv"], _places.Sent.Select(path => path[Feed.Length..]));

        _clock.Advance(TimeSpan.FromDays(1));
        _places.Sent.Clear();
        _places.With(Feed + "changes.csv", "\"2026/cve-2026-0009.json\",\"2026-11-21T00:00:00+00:00\"\n\"2024/cve-2024-0002.json\",\"2026-11-19T00:00:00+00:00\"\n")
            .With(Feed + "deletions.csv", "\"2024/cve-2024-0001.json\",\"2026-11-21T09:00:00+00:00\"\n")
            .With(Feed + "2026/cve-2026-0009.json", Document("CVE-2026-0009", "bash", "5-5.el9"));
        Assert.Empty(await UpdateAsync("redhat-csaf"));
        Assert.Equal(["2026/cve-2026-0009.json", "changes.csv", "deletions.csv"], _places.Sent.Select(path => path[Feed.Length..]).Order(StringComparer.Ordinal));
        Assert.Equal(["rhel:9 bash CVE-2026-0009 Fixed 5-5.el9", "rhel:9 zlib CVE-2024-0002 Fixed 2-1.el9"], Found());
        using var file = AdvisoryFile.Open(Advisories);
        Assert.Equal(_clock.GetUtcNow(), Assert.Single(file.Sources).AsOf);
    }

    [Fact]
    public async Task A_document_that_cannot_be_had_leaves_all_of_Red_Hats_as_it_was()
    {
        PutArchive(new(2026, 11, 18, 3, 0, 0, TimeSpan.Zero), ("2024/cve-2024-0001.json", Document("CVE-2024-0001", "curl", "1-1.el9")));
        _places.With(Feed + "changes.csv", "").With(Feed + "deletions.csv", "");
        Assert.Empty(await UpdateAsync("redhat-csaf"));
        _places.With(Feed + "changes.csv", "\"2024/cve-2024-0001.json\",\"2026-11-19T00:00:00+00:00\"\n\"2024/cve-2024-0002.json\",\"2026-11-19T00:00:00+00:00\"\n")
            .With(Feed + "2024/cve-2024-0001.json", Document("CVE-2024-0001", "curl", "2-1.el9")).With(Feed + "2024/cve-2024-0002.json", "{damaged");

        Assert.Contains("cve-2024-0002.json cannot be understood", Assert.Single(await UpdateAsync("redhat-csaf")).Reason, StringComparison.Ordinal);
        Assert.Equal(["rhel:9 curl CVE-2024-0001 Fixed 1-1.el9"], Found());
    }

    [Fact]
    public async Task An_archive_with_a_wrong_checksum_is_not_taken()
    {
        PutArchive(new(2026, 11, 18, 3, 0, 0, TimeSpan.Zero), ("2024/cve-2024-0001.json", Document("CVE-2024-0001", "curl", "1-1.el9")));
        _places.With(Feed + "changes.csv", "").With(Feed + "deletions.csv", "").With(Feed + "vex-archive.tar.zst.sha256", $"{new string('0', 64)}  vex-archive.tar.zst\n");

        Assert.Contains("has the SHA-256", Assert.Single(await UpdateAsync("redhat-csaf")).Reason, StringComparison.Ordinal);
        Assert.False(File.Exists(Advisories));
    }

    [Fact]
    public async Task A_source_that_is_half_damaged_leaves_nothing_of_itself_and_keeps_no_other_back()
    {
        var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(archive, "a.json", """{"id":"GHSA-1","affected":[{"package":{"ecosystem":"npm","name":"left"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]}]}""");
            Add(archive, "b.json", "{damaged");
        }
        _places.With("osv-vulnerabilities.storage.googleapis.com/npm/all.zip", zip.ToArray())
            .With("security-tracker.debian.org/tracker/data/json", """{"curl":{"CVE-1":{"releases":{"bookworm":{"status":"open"}}}}}""");

        var failure = Assert.Single(await UpdateAsync("npm", "debian"));
        Assert.Equal("npm", failure.Source);
        Assert.NotEmpty(failure.Hint);
        Assert.Equal(["debian:12 curl CVE-1 Affected "], Found());
    }

    [Theory]
    [InlineData(false, "answered 404", "may have moved")]
    [InlineData(true, "answered 503", "try again later")]
    public async Task A_failure_says_which_address_why_and_what_to_do(bool isBroken, string reason, string hint)
    {
        const string path = "www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json";
        if (isBroken)
            _places.Broken.Add(path);

        var failure = Assert.Single(await UpdateAsync("kev"));
        Assert.Contains($"{_places.Address}{path}: ", failure.Reason, StringComparison.Ordinal);
        Assert.Contains(reason, failure.Reason, StringComparison.Ordinal);
        Assert.Contains(hint, failure.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mirror_stands_for_all_hosts_or_for_one()
    {
        var (all, one) = (AdvisoryMirror.Parse("https://mirror.example/below/")!, AdvisoryMirror.Parse("secdb.alpinelinux.org=https://mirror.example/alpine")!);
        var source = OfficialSource.All.Single(source => source.Name == "alpine-3.22");
        Assert.Equal("https://mirror.example/below/secdb.alpinelinux.org/v3.22/main.json", (source with { Mirrors = [all] }).Located(source.Addresses[0]).AbsoluteUri);
        Assert.Equal("https://mirror.example/alpine/v3.22/main.json", (source with { Mirrors = [one, all] }).Located(source.Addresses[0]).AbsoluteUri);
        Assert.Equal(source.Addresses[0], (source with { Mirrors = [one with { Host = "other.example" }] }).Located(source.Addresses[0]));
        Assert.All((string[])["http://mirror.example", "ftp://mirror.example", "mirror", "https://user:password@mirror.example"], text => Assert.Null(AdvisoryMirror.Parse(text)));
    }

    private static void Add(ZipArchive archive, string name, string text)
    {
        using var entry = new StreamWriter(archive.CreateEntry(name).Open());
        entry.Write(text);
    }

    private void PutLists(string fix) => _places
        .With(Lists + "CVE/list", $"CVE-2026-0001 (A bug)\n\t- curl {fix.Split(' ')[1]}\n\t[buster] - curl <no-dsa> (Minor issue)\nCVE-2026-0002 (Another)\n\t- curl 9\n\t[bookworm] - curl <end-of-life> (No support)\n")
        .With(Lists + "DSA/list", "[01 Nov 2026] DSA-1-1 curl - security update\n\t{CVE-2026-0003}\n\t[bookworm] - curl 3\n")
        .With(Lists + "DLA/list", "[01 Nov 2026] DLA-1-1 zlib - security update\n\t{CVE-2026-0004}\n\t[bullseye] - zlib 4\n");

    private void PutAmazon(string updates, string mirrors = "https://cdn.amazonlinux.com/al2023/core/guids/46ff4933/x86_64/\n")
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(updates));
        _places.With(AmazonList, mirrors).With(AmazonGuid + "repodata/updateinfo.xml.gz", packed.ToArray())
            .With(AmazonGuid + "repodata/repomd.xml", Index("repodata/updateinfo.xml.gz", Convert.ToHexStringLower(SHA256.HashData(packed.ToArray()))));
    }

    // As createrepo writes it; other data before and after.
    private static string Index(string place, string checksum) => $"""
        <?xml version="1.0" encoding="UTF-8"?>
        <repomd xmlns="http://linux.duke.edu/metadata/repo" xmlns:rpm="http://linux.duke.edu/metadata/rpm">
         <revision>1568754421</revision>
        <data type="primary_db"><checksum type="sha256">{new string('1', 64)}</checksum><location href="repodata/primary.sqlite.bz2"/></data>
        <data type="updateinfo">
          <checksum type="sha256">{checksum}</checksum>
          <open-checksum type="sha256">{new string('2', 64)}</open-checksum>
          <location href="{place}"/>
          <timestamp>1568754407</timestamp>
        </data>
        <data type="group"><checksum type="sha256">{new string('3', 64)}</checksum><location href="repodata/comps.xml"/></data>
        </repomd>
        """;

    private static string Updates(string package, string version) => $"""
        <?xml version="1.0" ?>
        <updates><update status="final" type="security" version="1.4"><id>ALAS2023-2026-1</id><issued date="2026-11-01 20:41:00" /><severity>important</severity>
        <references><reference href="x" id="CVE-2026-1" type="cve" /></references><pkglist><collection short="amazon-linux-2023"><name>Amazon Linux 2023</name>
        <package arch="x86_64" epoch="0" name="{package}" version="{version.Split('-')[0]}" release="{version.Split('-')[1]}"><filename>x</filename></package></collection></pkglist></update></updates>
        """;

    private void PutArchive(DateTimeOffset made, params (string Name, string Text)[] documents)
    {
        var tar = new Tar();
        foreach (var (name, text) in documents)
            tar.File(name, text);
        using var compressor = new ZstdSharp.Compressor();
        _places.With(Feed + "archive_latest.txt", "vex-archive.tar.zst\n").With(Feed + "vex-archive.tar.zst", compressor.Wrap(tar.ToArray()).ToArray(), made);
    }

    // The product tree as the feed has it since 2026: no branches within branches, no architectures, source packages.
    private static string Document(string cve, string package, string version) => $$"""
        {"document":{"category":"csaf_vex","title":"a bug","aggregate_severity":{"text":"Moderate"},"tracking":{"id":"{{cve}}","current_release_date":"2026-11-17T00:00:00+00:00"} },
         "product_tree":{"branches":[{"category":"vendor","name":"Red Hat","branches":[
           {"category":"product_name","name":"Red Hat Enterprise Linux 9.6.z","product":{"name":"x","product_id":"rhel-9.6.z","product_identification_helper":{"cpe":"cpe:/a:redhat:enterprise_linux:9"} } },
           {"category":"product_name","name":"Red Hat Enterprise Linux 9.4.0.z","product":{"name":"x","product_id":"rhel-9.4.0.z","product_identification_helper":{"cpe":"cpe:/a:redhat:rhel_eus:9.4"} } },
           {"category":"product_version","name":"{{package}}","product":{"name":"{{package}}","product_id":"{{package}}-0:{{version}}.src","product_identification_helper":{"purl":"pkg:rpm/redhat/{{package}}@{{version}}?arch=src&epoch=0"} } }]}],
          "relationships":[{"category":"default_component_of","product_reference":"{{package}}-0:{{version}}.src","relates_to_product_reference":"rhel-9.6.z","full_product_name":{"name":"x","product_id":"rhel-9.6.z:{{package}}-0:{{version}}.src"} },
           {"category":"default_component_of","product_reference":"{{package}}-0:{{version}}.src","relates_to_product_reference":"rhel-9.4.0.z","full_product_name":{"name":"x","product_id":"rhel-9.4.0.z:{{package}}-0:{{version}}.src"} }]},
         "vulnerabilities":[{"cve":"{{cve}}","product_status":{"fixed":["rhel-9.6.z:{{package}}-0:{{version}}.src","rhel-9.4.0.z:{{package}}-0:{{version}}.src"]} }]}
        """;

    private Task<IReadOnlyList<UpdateFailure>> UpdateAsync(params string[] names) => new AdvisoryUpdate(_http, _clock).RunAsync(
        [.. names.Select(name => OfficialSource.All.Single(source => source.Name == name) with { Mirrors = [new("", _places.Address)] })], Advisories, _ => { }, CancellationToken.None);

    private List<string> Found()
    {
        using var file = AdvisoryFile.Open(Advisories);
        return [.. file.All().Select(advisory => $"{advisory.Ecosystem} {advisory.Package} {advisory.Id} {advisory.State} {string.Join(' ', advisory.Ranges.Select(range => range.Fixed))}")
            .Distinct().Order(StringComparer.Ordinal)];
    }
}
