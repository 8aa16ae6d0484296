using Bulwark.Images.Advisories;
using Bulwark.Images.Advisories.Store;
using Bulwark.Images.Tests.Harness;
using CsCheck;

namespace Bulwark.Images.Tests.Advisories;

public sealed class AdvisoryFileTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gen<string> s_text = Gen.Char["abcdäβ-1"].Array[1, 12].Select(letters => new string(letters));
    private static readonly Gen<VersionRange> s_range = Gen.Select(s_text, s_text, s_text, (a, b, c) => new VersionRange(a, b, c));
    private static readonly Gen<Advisory> s_advisory = Gen.Select(
        Gen.Select(OneOf("npm", "debian:12", "go"), OneOf("a", "b", "c", "d/e"), s_text, s_text),
        Gen.Select(s_text.Array[0, 3], s_range.Array[0, 4], s_text.Array[0, 3]),
        Gen.Select(Gen.Enum<AdvisoryState>(), Gen.Enum<Severity>(), Gen.Byte),
        Gen.Select(s_text, s_text),
        (name, lists, rating, words) => new Advisory
        {
            Ecosystem = name.Item1,
            Package = name.Item2,
            Id = name.Item3,
            Source = name.Item4,
            Aliases = [.. lists.Item1],
            Ranges = [.. lists.Item2],
            Versions = [.. lists.Item3],
            State = rating.Item1,
            Severity = rating.Item2,
            ScoreTenths = rating.Item3,
            Summary = words.Item1,
            Note = words.Item2,
        });

    [Fact]
    public void What_was_written_is_found_by_package_and_in_full() => s_advisory.Array[0, 40].Sample(advisories =>
    {
        using var directory = new TemporaryDirectory();
        using var file = Write(directory, advisories);

        Assert.Equal(advisories.Length, file.Count);
        Assert.Equal(advisories.Length, file.All().Count());
        foreach (var package in advisories.GroupBy(advisory => (advisory.Ecosystem, advisory.Package)))
            Assert.Equal(package.Select(Text), file.Find(package.Key.Ecosystem, package.Key.Package).Select(Text));
        Assert.Empty(file.Find("npm", "nobody"));
    }, iter: 100, threads: 1);

    [Fact]
    public void Sources_tell_where_they_are_from_how_old_and_how_many()
    {
        using var directory = new TemporaryDirectory();
        using var file = Write(directory, Simple("CVE-1", "npm"), Simple("CVE-2", "go"), Simple("CVE-3", "npm"));

        Assert.Equal(s_now, file.Written);
        var source = Assert.Single(file.Sources);
        Assert.Equal(("test", "here", s_now.AddDays(-1), 3), (source.Name, source.Origin, source.AsOf, source.Advisories));
        Assert.Equal(["go", "npm"], source.Ecosystems);
    }

    [Fact]
    public void Any_damage_is_noticed_when_it_is_opened()
    {
        using var directory = new TemporaryDirectory();
        Write(directory, Simple("CVE-1", "npm"), Simple("CVE-2", "go")).Dispose();
        var path = Path.Combine(directory.Path, "advisories");
        var good = File.ReadAllBytes(path);
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte[1, 255]).Sample((place, change) =>
        {
            var bad = good.ToArray();
            bad[place] ^= change;
            File.WriteAllBytes(path, bad);
            Assert.Throws<AdvisoryFileException>(() => AdvisoryFile.Open(path));
        }, iter: 300, threads: 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(200)]
    public void A_file_that_was_cut_off_is_refused(int length)
    {
        using var directory = new TemporaryDirectory();
        Write(directory, Simple("CVE-1", "npm")).Dispose();
        var path = Path.Combine(directory.Path, "advisories");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..length]);

        Assert.Throws<AdvisoryFileException>(() => AdvisoryFile.Open(path));
    }

    [Fact]
    public void Without_a_file_the_error_says_how_to_make_one()
    {
        var exception = Assert.Throws<AdvisoryFileException>(() => AdvisoryFile.Open("/nonexistent/advisories"));

        Assert.Equal("bulwark advisories update", exception.Hint);
    }

    [Fact]
    public void A_reader_goes_on_with_the_old_file_while_a_new_one_takes_its_place()
    {
        using var directory = new TemporaryDirectory();
        using var old = Write(directory, Simple("CVE-1", "npm"));
        using var next = Write(directory, Simple("CVE-2", "npm"));

        Assert.Equal("CVE-1", old.Find("npm", "a").Single().Id);
        Assert.Equal("CVE-2", next.Find("npm", "a").Single().Id);
        Assert.Single(Directory.GetFiles(directory.Path));
    }

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(index => texts[index]);

    private static AdvisoryFile Write(TemporaryDirectory directory, params Advisory[] advisories)
    {
        using var writer = new AdvisoryFileWriter();
        foreach (var advisory in advisories)
            writer.Add(advisory);
        var path = Path.Combine(directory.Path, "advisories");
        writer.WriteTo(path, new Dictionary<string, SourceState> { ["test"] = new("here", s_now.AddDays(-1)) }, s_now);
        return AdvisoryFile.Open(path);
    }

    private static Advisory Simple(string id, string ecosystem) => new() { Ecosystem = ecosystem, Package = "a", Id = id, Source = "test" };

    private static string Text(Advisory advisory) => $"{advisory} {string.Join(',', advisory.Aliases)} {string.Join(',', advisory.Ranges)} {string.Join(',', advisory.Versions)}";
}
