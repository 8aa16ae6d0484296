using System.Diagnostics;
using System.Text.RegularExpressions;
using Bulwark.Images.Tests.Harness;
using CsCheck;
using NuGet.Versioning;

namespace Bulwark.Images.Tests.Versions;

/// <summary>
/// Random pairs of versions, judged by what decides in each ecosystem: rpm, packaging (pip), RubyGems, node-semver (npm), Maven, NuGet. What the judge
/// calls no version is left out.
/// </summary>
public sealed class RealToolTests(ITestOutputHelper output)
{
    private const int Pairs = 4000;

    // Each reads lines of two versions with a tab between from its input, and writes <, =, > or ? for each.
    private const string Rpm =
        "%{lua: for line in io.stdin:lines() do local a, b = line:match('([^\\t]*)\\t(.*)'); local c = rpm.vercmp(a, b); io.write(c < 0 and '<' or c > 0 and '>' or '=', '\\n') end}";

    private const string Packaging = """
        import sys
        from packaging.version import InvalidVersion, Version
        for line in sys.stdin:
            try:
                a, b = map(Version, line.rstrip("\n").split("\t"))
                print("<" if a < b else ">" if a > b else "=")
            except InvalidVersion:
                print("?")
        """;

    private const string Gem = """
        STDIN.each_line do |line|
          a, b = line.chomp.split("\t", -1)
          puts Gem::Version.correct?(a) && Gem::Version.correct?(b) ? { -1 => "<", 0 => "=", 1 => ">" }[Gem::Version.new(a) <=> Gem::Version.new(b)] : "?"
        end
        """;

    private const string Semver = """
        const semver = require("semver");
        for (const line of require("fs").readFileSync(0, "utf8").split("\n").slice(0, -1)) {
          const [a, b] = line.split("\t");
          console.log(semver.valid(a) && semver.valid(b) ? { "-1": "<", 0: "=", 1: ">" }[semver.compare(a, b)] : "?");
        }
        """;

    [Theory]
    [InlineData("rpm", "rpm", "--eval", Rpm)]
    [InlineData("pep440", "/usr/bin/python3", "-c", Packaging)]
    [InlineData("gem", "ruby", "-e", Gem)]
    [InlineData("semver", "node", "-e", Semver)]
    public async Task The_tool_itself_says_the_same(string ecosystem, string program, params string[] arguments)
    {
        var pairs = Random(ecosystem);
        var said = await AskAsync(program, arguments, pairs);
        Assert.Equal(pairs.Count, said.Length);
        Compare(ecosystem, pairs.Zip(said));
    }

    // What it gives a meaning to, and what it gives none. Parts with nothing in them are no versions to us.
    private static readonly string[] s_mavenParts = ["0", "1", "01", "9", "10", ".", "-", "_", "a1", "b", "m3", "alpha", "beta", "rc", "CR2", "ga", "Final", "release", "sp", "SNAPSHOT", "foo", "x"];

    [Fact]
    public async Task Maven_itself_says_the_same()
    {
        // Its own main program compares each version with the one before it.
        const string Comparer = "org.apache.maven.artifact.versioning.ComparableVersion";
        var pairs = Random(Gen.Int[0, s_mavenParts.Length - 1].Select(part => s_mavenParts[part]).Array[1, 8].Select(parts => string.Concat(parts)).Where(text => Regex.IsMatch(text, "^[^.-]+([.-][^.-]+)*$")));
        var said = await AskAsync(
            "java", ["-cp", "/usr/share/java/maven3-artifact.jar:/usr/share/java/commons-lang3.jar", Comparer, .. pairs.SelectMany(pair => (string[])[pair.Left, pair.Right])], []);
        var compared = said.Where(line => line.StartsWith("   ", StringComparison.Ordinal)).Where((_, index) => index % 2 == 0).ToList();

        Assert.Equal(pairs.Count, compared.Count);
        Compare("maven", pairs.Zip(compared, (pair, line) => (pair, line == $"   {pair.Left} < {pair.Right}" ? "<" : line == $"   {pair.Left} > {pair.Right}" ? ">" : line == $"   {pair.Left} == {pair.Right}" ? "=" : "?")));
    }

    [Fact]
    public void NuGet_itself_says_the_same() => Compare("nuget", Random("nuget").Select(pair => (pair, NuGetVersion.TryParse(pair.Left, out var left) && NuGetVersion.TryParse(pair.Right, out var right)
        ? left.CompareTo(right) switch { < 0 => "<", > 0 => ">", _ => "=" }
        : "?")));

    private void Compare(string ecosystem, IEnumerable<((string Left, string Right) Pair, string Said)> judged)
    {
        var known = judged.Where(item => item.Said != "?").ToList();
        var wrong = known.Where(item => VersionOrderingTests.Relation(ecosystem, item.Pair.Left, item.Pair.Right) != item.Said)
            .Select(item => $"{item.Pair.Left} {item.Said} {item.Pair.Right} (we say {VersionOrderingTests.Relation(ecosystem, item.Pair.Left, item.Pair.Right)})").ToList();
        output.WriteLine($"{ecosystem}: {known.Count} pairs compared");
        Assert.True(known.Count > Pairs / 20, $"only {known.Count} pairs are versions to the tool");
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {known.Count} differ\n{string.Join('\n', wrong.Take(20))}");
    }

    private static List<(string Left, string Right)> Random(string ecosystem)
    {
        var (_, version) = VersionOrderingTests.Versions(ecosystem);
        // What is strict about three numbers gets them.
        var made = ecosystem == "semver" ? Gen.Select(Gen.Int[0, 10], Gen.Int[0, 2], version.Array[1, 3], (minor, patch, rest) => $"1.{minor}.{patch}-{string.Join('.', rest)}")
            .Where(text => !text.Contains('+', StringComparison.Ordinal)) : version;
        return Random(made);
    }

    private static List<(string Left, string Right)> Random(Gen<string> made)
    {
        var pairs = new List<(string, string)>();
        Gen.Select(made, made).Sample((left, right) =>
        {
            lock (pairs)
                pairs.Add((left, right));
        }, iter: Pairs);
        return pairs;
    }

    private static async Task<string[]> AskAsync(string program, string[] arguments, List<(string Left, string Right)> pairs)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = TestNodeModules.Folder };
        using var process = Process.Start(start)!;
        var answers = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(string.Concat(pairs.Select(pair => $"{pair.Left}\t{pair.Right}\n")));
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program}: {await error}");
        return (await answers).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
