using System.Diagnostics;
using Bulwark.Images.Tests.Harness;
using Bulwark.Images.Versions;
using CsCheck;

namespace Bulwark.Images.Tests.Versions;

public sealed class VersionOrderingTests
{
    // Each with the pieces that random versions are put together from.
    private static readonly Dictionary<string, (VersionOrdering Ordering, string Pieces)> s_orderings = new()
    {
        ["dpkg"] = (VersionOrdering.Dpkg, "0 00 1 9 10 . + - ~ : a b Z"),
        ["apk"] = (VersionOrdering.Apk, "0 00 1 9 10 . . .0 a b _rc _alpha _p _git -r -r1"),
        ["rpm"] = (VersionOrdering.Rpm, "0 00 1 9 10 . ~ ^ - : a b _"),
        ["semver"] = (VersionOrdering.Semantic, "0 1 9 10 . .0.0 - + a b"),
        ["go"] = (VersionOrdering.Semantic, "0 1 9 10 .1.0 - -0. a b"),
        ["pep440"] = (VersionOrdering.Python, "0 1 9 10 . a b rc .dev .post - ! +a +1 .a"),
        // Only what is common: where words are glued to each other (1.Finala) Maven itself goes round in circles.
        ["maven"] = (VersionOrdering.Maven, "0 1 9 10 .0 .1 -1 -alpha -beta1 -rc-1 -SNAPSHOT"),
        ["gem"] = (VersionOrdering.Gem, "0 1 9 10 . - a b .rc"),
        ["nuget"] = (VersionOrdering.NuGet, "0 1 9 10 . .0.0 - + a B b"),
        // Words that PHP does not know are all the same to it, and older than "dev".
        ["packagist"] = (VersionOrdering.Composer, "0 1 9 10 . .0 -dev -alpha1 -beta -RC2 -p1"),
    };

    // Rows with a text that is no version: "1-ruff", "0...8", an epoch of letters, "1--1".
    private static readonly Dictionary<string, int> s_undecided = new() { ["apk.tsv"] = 34, ["rpm.tsv"] = 35, ["maven.tsv"] = 3, ["packagist.tsv"] = 8 };

    public static TheoryData<string> Ecosystems => [.. s_orderings.Keys];

    [Theory]
    [InlineData("dpkg", "1.2-1 < 1.2-1+b1", "1.2~rc1 < 1.2", "1:1.0 > 2.0", "1.0-1~bpo12+1 < 1.0-1", "3.0.11-1~deb12u2 > 3.0.11-1~deb12u1", "1.0 = 0:1.0-0", "1.10 > 1.9")]
    [InlineData("apk", "1.2.3-r4 > 1.2.3-r3", "1.2_rc1 < 1.2", "1.2_p1 > 1.2", "1.2b > 1.2a", "1.05 < 1.5")]
    [InlineData("rpm", "1.0~rc1 < 1.0", "1.0^git1 > 1.0", "1:1 > 2", "1.0-1.el9 < 1.0-2.el9", "10 > 9")]
    [InlineData("semver", "1.0.0-alpha < 1.0.0", "1.0.0-alpha.1 < 1.0.0-alpha.beta", "1.0.0-9 < 1.0.0-10", "1.0.0+a = 1.0.0+b", "v1.2.3 = 1.2.3")]
    [InlineData("pep440", "1.0.dev1 < 1.0a1", "1.0rc1 < 1.0", "1.0 < 1.0.post1", "1!0.1 > 9.0", "1.0 = 1.0.0", "1.0+a < 1.0+1")]
    [InlineData("maven", "1.0-alpha-1 < 1.0", "1.0 = 1.0.0", "1.0.RC2 < 1.0", "1-sp > 1", "1.0-SNAPSHOT < 1.0")]
    [InlineData("gem", "1.0.a < 1.0", "1.0 = 1.0.0", "1.10 > 1.9", "1.0.0-x < 1.0.0")]
    [InlineData("packagist", "1.0-dev < 1.0-alpha1", "1.0-beta < 1.0-RC1", "1.0-RC1 < 1.0", "1.0 < 1.0-p1", "v1.2 = 1.2", "1.0 < 1.0.0", "1.0b1 < 1.0")]
    [InlineData("nuget", "1.0.0.1 > 1.0.0", "1.0.0-BETA = 1.0.0-beta", "1.0.0-a < 1.0.0", "1.0.0--1 < 1.0.0-9", "1.0.0-4294967296 > 1.0.0-9", "1.0.0-b > 1.0.0-9")]
    public void Versions_order_as_their_ecosystem_says(string ecosystem, params string[] expected)
    {
        foreach (var relation in expected)
        {
            var parts = relation.Split(' ');
            Assert.Equal(parts[1], Relation(ecosystem, parts[0], parts[2]));
            Assert.Equal(parts[1] switch { "<" => ">", ">" => "<", _ => "=" }, Relation(ecosystem, parts[2], parts[0]));
        }
    }

    [Theory]
    [MemberData(nameof(Ecosystems))]
    public void The_ordering_is_total(string ecosystem)
    {
        var (ordering, version) = Versions(ecosystem);
        Gen.Select(version, version, version).Sample((a, b, c) =>
        {
            var (ab, bc, ac) = (Sign(a, b), Sign(b, c), Sign(a, c));
            Assert.Equal(0, Sign(a, a));
            Assert.Equal(-ab, Sign(b, a));
            if (ab <= 0 && bc <= 0)
                Assert.True(ac <= 0, $"{a} <= {b} <= {c}, but not {a} <= {c}");
            if (ab == 0)
                Assert.True(ac == bc, $"{a} = {b}, but they are not the same to {c}");
        }, iter: 20_000);
        int Sign(string left, string right) => Math.Sign(ordering.Compare(left, right)!.Value);
    }

    [Theory]
    [MemberData(nameof(Ecosystems))]
    public void No_text_whatever_makes_it_throw(string ecosystem) =>
        Gen.Select(Gen.String, Gen.String).Sample((a, b) =>
        {
            var ordering = s_orderings[ecosystem].Ordering;
            return ordering.Compare(a, b).HasValue == (ordering.IsValid(a) && ordering.IsValid(b));
        });

    [Theory]
    [InlineData("dpkg", "", "-1", "1.0 ", "a1", ":1", "x:1", "1.0-")]
    [InlineData("apk", "", "a", "1.-", "1_foo", "1-1")]
    [InlineData("semver", "", "(devel)", "1.2.3.4", "1..2", "1.0.0-")]
    [InlineData("pep440", "", "2013-01-21T20", "1.0-x")]
    [InlineData("gem", "", "beta", "1..2", "1.")]
    [InlineData("nuget", "", "1.0.0.0.0", "a")]
    public void What_is_no_version_is_not_understood(string ecosystem, params string[] texts) =>
        Assert.All(texts, text => Assert.False(s_orderings[ecosystem].Ordering.IsValid(text), text));

    /// <summary>dpkg itself is the judge.</summary>
    [Fact]
    public void Dpkg_itself_says_the_same()
    {
        var (ordering, version) = Versions("dpkg");
        Gen.Select(version, version).Sample((a, b) =>
        {
            var ours = ordering.Compare(a, b)!.Value;
            Assert.True(Dpkg(a, ours < 0 ? "lt" : ours > 0 ? "gt" : "eq", b), $"{a} ? {b}: we say {ours}");
        }, iter: 300, threads: 2);
    }

    [Theory]
    [MemberData(nameof(Ecosystems))]
    public void Every_vector_of_real_versions_is_met(string ecosystem)
    {
        // Where these vectors are not beside the project the short lists above have to do.
        foreach (var file in SharedData.IsHere ? Directory.GetFiles(SharedData.PathOf("versions"), $"{ecosystem}.*tsv") : [])
        {
            if (file.Contains("disputed", StringComparison.Ordinal))
                continue;
            var wrong = File.ReadLines(file).Where(line => !line.StartsWith('#')).Select(line => line.Split('\t'))
                // Texts that no tool would take as a version are undecided here, and only those.
                .Where(row => s_orderings[ecosystem].Ordering is var ordering && ordering.IsValid(row[0]) && ordering.IsValid(row[2]))
                .Where(row => Relation(ecosystem, row[0], row[2]) != row[1]).Select(row => $"{string.Join(' ', row)} (we say {Relation(ecosystem, row[0], row[2])})").ToList();
            var undecided = File.ReadLines(file).Where(line => !line.StartsWith('#')).Count(line => line.Split('\t') is var row
                && Relation(ecosystem, row[0], row[2]) == "?");
            Assert.True(undecided <= s_undecided.GetValueOrDefault(Path.GetFileName(file)), $"{Path.GetFileName(file)}: {undecided} undecided");
            Assert.True(wrong.Count == 0, $"{Path.GetFileName(file)}: {wrong.Count} wrong\n{string.Join('\n', wrong.Take(20))}");
        }
    }

    internal static (VersionOrdering Ordering, Gen<string> Version) Versions(string ecosystem)
    {
        var (ordering, text) = s_orderings[ecosystem];
        var pieces = text.Split(' ');
        return (ordering, Gen.Int[0, pieces.Length - 1].Array[0, 5].Select(chosen => "1" + string.Concat(chosen.Select(index => pieces[index]))).Where(ordering.IsValid));
    }

    internal static string Relation(string ecosystem, string left, string right) => s_orderings[ecosystem].Ordering.Compare(left, right) switch
    {
        null => "?",
        < 0 => "<",
        > 0 => ">",
        _ => "=",
    };

    private static bool Dpkg(string left, string relation, string right)
    {
        using var process = Process.Start(new ProcessStartInfo("dpkg", ["--compare-versions", left, relation, right]) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
