using System.Globalization;
using System.Text;
using Bulwark.Images.Advisories;
using Bulwark.Images.Advisories.Formats;
using Bulwark.Images.Tests.Harness;
using CsCheck;

namespace Bulwark.Images.Tests.Advisories;

public sealed class FormatTests
{
    [Theory]
    [InlineData("""{"status":"resolved","fixed_version":"7.88.1-10+deb12u5","urgency":"not yet assigned"}""", AdvisoryState.Fixed, Severity.Unknown, "7.88.1-10+deb12u5")]
    [InlineData("""{"status":"resolved","fixed_version":"0","urgency":"unimportant"}""", AdvisoryState.NotAffected, Severity.Negligible, null)]
    [InlineData("""{"status":"open","urgency":"high**"}""", AdvisoryState.Affected, Severity.High, "")]
    [InlineData("""{"status":"open","urgency":"low","nodsa":"Minor issue","nodsa_reason":""}""", AdvisoryState.Deferred, Severity.Low, "")]
    [InlineData("""{"status":"open","urgency":"medium","nodsa":"Later","nodsa_reason":"postponed"}""", AdvisoryState.Deferred, Severity.Medium, "")]
    [InlineData("""{"status":"open","urgency":"low","nodsa":"Minor","nodsa_reason":"ignored"}""", AdvisoryState.WontFix, Severity.Low, "")]
    [InlineData("""{"status":"open","urgency":"end-of-life"}""", AdvisoryState.EndOfLife, Severity.Unknown, "")]
    [InlineData("""{"status":"undetermined","urgency":"not yet assigned"}""", AdvisoryState.Undetermined, Severity.Unknown, "")]
    public void The_trackers_states_are_kept(string release, AdvisoryState state, Severity severity, string? fixedVersion)
    {
        var found = new List<Advisory>();
        DebianTracker.Read(Encoding.UTF8.GetBytes($$"""
            {"curl":{"CVE-2024-1":{"scope":"local","debianbug":1,"description":"A bug","releases":{"bookworm":{{release}},"experimental":{"status":"open"} } } } }
            """), found.Add);

        var advisory = Assert.Single(found);
        Assert.Equal(("debian:12", "curl", "CVE-2024-1", "A bug"), (advisory.Ecosystem, advisory.Package, advisory.Id, advisory.Summary));
        Assert.Equal((state, severity), (advisory.State, advisory.Severity));
        Assert.Equal(fixedVersion is null ? [] : [new VersionRange("", fixedVersion, "")], advisory.Ranges);
    }

    [Fact]
    public void An_advisory_of_Debians_list_is_one_for_each_release_and_vulnerability()
    {
        // Two entries of data/DSA/list, and what other lines look like.
        var found = new List<Advisory>();
        var newest = DebianList.Read(new StringReader(
            "[17 May 2023] DSA-5405-1 libapache2-mod-auth-openidc - security update\n\t{CVE-2023-28625}\n\t[bullseye] - libapache2-mod-auth-openidc 2.4.9.4-0+deb11u3\n"
            + "\tNOTE: nothing\n[02 Sep 2021] DSA-4966-1 gpac - security update\n\t{CVE-2021-1 CVE-2021-2}\n\t[bookworm] - gpac <not-affected> (never)\n\t[stretch] - gpac <end-of-life>\n"),
            found.Add);

        Assert.Equal(new DateTimeOffset(2023, 5, 17, 0, 0, 0, TimeSpan.Zero), newest);
        Assert.Equal(
            ["debian:11 CVE-2023-28625 Fixed DSA-5405-1", "debian:12 CVE-2021-1 NotAffected DSA-4966-1", "debian:12 CVE-2021-2 NotAffected DSA-4966-1",
                "debian:9 CVE-2021-1 EndOfLife DSA-4966-1", "debian:9 CVE-2021-2 EndOfLife DSA-4966-1"],
            found.Select(a => $"{a.Ecosystem} {a.Id} {a.State} {a.Note}"));
        Assert.Equal("2.4.9.4-0+deb11u3", found[0].Ranges.Single().Fixed);
    }

    [Fact]
    public void An_OSV_record_gives_its_ranges_its_rating_and_its_names()
    {
        var found = new List<Advisory>();
        Osv.Read("""
            {"schema_version":"1.4.0","id":"GHSA-1","modified":"2022-01-02T00:00:00Z","aliases":["CVE-2021-44906"],"summary":"Pollution",
             "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
             "affected":[
               {"package":{"ecosystem":"npm","name":"minimist"},"ranges":[{"type":"SEMVER","events":[
                 {"fixed":"1.2.6"},{"introduced":"1.0.0"},{"introduced":"0"},{"fixed":"0.2.4"}]},{"type":"GIT","events":[{"introduced":"0"}]}]},
               {"package":{"ecosystem":"PyPI","name":"Mini_Mist"},"versions":["1.0"]},
               {"package":{"ecosystem":"Hackage","name":"x"},"versions":["1"]}],
             "database_specific":{"severity":"MODERATE"}}
            """u8, found.Add);

        Assert.Equal([new("", "0.2.4", ""), new("1.0.0", "1.2.6", "")], found[0].Ranges);
        Assert.Equal((Severity.Medium, 98, "osv:npm", AdvisoryState.Fixed), (found[0].Severity, found[0].ScoreTenths, found[0].Source, found[0].State));
        Assert.Equal(["CVE-2021-44906"], found[0].Aliases);
        Assert.Equal(("pypi", "mini-mist", "1.0"), (found[1].Ecosystem, found[1].Package, found[1].Versions.Single()));
        Assert.Equal(2, found.Count);
    }

    [Fact]
    public void A_withdrawn_record_is_none()
    {
        var found = new List<Advisory>();
        Osv.Read("""{"id":"GHSA-1","withdrawn":"2022-01-02T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"a"},"versions":["1"]}]}"""u8, found.Add);

        Assert.Empty(found);
    }

    [Theory]
    [InlineData("Debian:12", "debian:12")]
    [InlineData("Ubuntu:22.04:LTS", "ubuntu:22.04")]
    [InlineData("Ubuntu:Pro:18.04:LTS", null)]
    [InlineData("Alpine:v3.20", "alpine:3.20")]
    [InlineData("crates.io", "cargo")]
    [InlineData("Hex", null)]
    public void OSVs_ecosystems_have_our_names(string name, string? expected) => Assert.Equal(expected, OsvEcosystem.Of(name)?.Key);

    [Fact]
    public void Alpines_secdb_says_what_was_repaired_and_what_never_was_broken()
    {
        // The form of https://secdb.alpinelinux.org/v3.20/main.json, shortened.
        var found = new List<Advisory>();
        AlpineSecdb.Read("""
            {"distroversion":"v3.20","reponame":"main","packages":[{"pkg":{"name":"openssl","secfixes":
              {"3.3.1-r1":["CVE-2024-5535","CVE-2024-1 GHSA-x"],"0":["CVE-2022-1"]}}},{"pkg":{"name":"b","secfixes":null}},null]}
            """u8, found.Add);

        Assert.Equal(
            ["CVE-2022-1 NotAffected", "CVE-2024-1 Fixed", "CVE-2024-5535 Fixed", "GHSA-x Fixed"],
            found.Select(a => $"{a.Id} {a.State}").Order());
        Assert.All(found, a => Assert.Equal(("alpine:3.20", "openssl", "alpine:3.20/main"), (a.Ecosystem, a.Package, a.Source)));
    }

    [Fact]
    public void CVSS_vectors_have_the_scores_of_the_specification()
    {
        Assert.Equal((byte)98, CvssVector.ScoreTenths("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"));
        Assert.Null(CvssVector.ScoreTenths("AV:N/AC:L/Au:N/C:P/I:P/A:P"));
        foreach (var file in SharedData.IsHere ? (string[])["v30_score.list", "v31_score.list"] : [])
        {
            foreach (var row in File.ReadLines(SharedData.PathOf($"cvss/{file}")).Select(line => line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))
            {
                // Temporal and environmental metrics change other scores, not the base one that the file gives for plain vectors.
                if (row is [var vector, var score] && vector.Split('/').Length == 9)
                    Assert.Equal((vector, decimal.Parse(score, CultureInfo.InvariantCulture)), (vector, CvssVector.ScoreTenths(vector)!.Value / 10m));
            }
        }
    }

    [Theory]
    // Of the specification's examples; the first is Citrix Bleed, the last one harms nothing.
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 93)]
    [InlineData("CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 73)]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U", 52)]
    [InlineData("CVSS:4.0/AV:A/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:N/SC:N/SI:N/SA:N/MSI:S/S:P", 97)]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0)]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N", null)]
    [InlineData("CVSS:4.0/AV:Z/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", null)]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:S/SA:N", null)]
    [InlineData("CVSS:4.0/AV:N/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", null)]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:", null)]
    [InlineData("CVSS:4.0", null)]
    public void CVSS_4_vectors_have_a_score_too(string vector, int? tenths) => Assert.Equal((byte?)tenths, CvssVector.ScoreTenths(vector));

    [Fact]
    public void CVSS_4_scores_are_those_of_other_implementations_and_fall_as_harm_does()
    {
        foreach (var row in SharedData.IsHere ? File.ReadLines(SharedData.PathOf("cvss/v4_score.list")).Select(line => line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) : [])
        {
            if (row is [var vector, var score])
                Assert.Equal((vector, decimal.Parse(score, CultureInfo.InvariantCulture)), (vector, CvssVector.ScoreTenths(vector)!.Value / 10m));
        }
        // Never better for a change to the worse: any one metric, in any vector.
        (string Name, string Values)[] metrics =
            [("AV", "NALP"), ("AC", "LH"), ("AT", "NP"), ("PR", "NLH"), ("UI", "NPA"), ("VC", "HLN"), ("VI", "HLN"), ("VA", "HLN"), ("SC", "HLN"), ("SI", "HLN"), ("SA", "HLN")];
        Gen.Select(Gen.Int[0, 3].Array[metrics.Length], Gen.Int[0, metrics.Length - 1]).Sample((places, changed) =>
        {
            var worse = metrics.Select((metric, index) => Math.Min(places[index], metric.Values.Length - 1)).ToArray();
            var better = worse.ToArray();
            better[changed] = Math.Min(better[changed] + 1, metrics[changed].Values.Length - 1);
            byte Of(int[] at) => CvssVector.ScoreTenths($"CVSS:4.0/{string.Join('/', metrics.Select((metric, index) => $"{metric.Name}:{metric.Values[at[index]]}"))}")!.Value;
            Assert.True(Of(worse) >= Of(better));
        });
    }

    [Fact]
    public void No_text_makes_a_reader_fail_but_as_an_unreadable_format()
    {
        using var directory = new TemporaryDirectory();
        var texts = Gen.OneOf(
            Gen.String, Gen.String.Select(text => "{" + text), Gen.String.Select(text => "[" + text),
            OneOf("{}", "{\"a\":{}}", "{\"a\":{\"b\":[]}}", "{\"packages\":3}", "{\"id\":1}", "{\"id\":\"a\",\"affected\":[null,{}]}", "[x] DSA", "PK\u0003\u0004", "",
                "CVE-1 (x)\n\t- a", "CVE-", "<updates><update type=\"security\"/></updates>", "<a", "<!DOCTYPE a [<!ENTITY b 'c'>]><updates>&b;</updates>", "#model\ncve\nCVE-1", "cve,\nCVE-1,2",
                "{\"catalogVersion\":1}", "{\"catalogVersion\":\"1\",\"vulnerabilities\":[null,{}]}", "{\"catalogVersion\":\"1\",\"vulnerabilities\":{}}"));
        texts.Sample(text =>
        {
            using var import = new AdvisoryImport(TimeProvider.System);
            var path = directory.Write("x", text);
            Assert.Throws<AdvisoryFormatException>(() => import.Read(path, "x", null, CancellationToken.None));
        }, iter: 300, threads: 1);
    }

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(index => texts[index]);
}
