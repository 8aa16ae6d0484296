using System.Text.RegularExpressions;

namespace Bulwark.Images.Versions;

/// <summary>Python's versions (PEP 440): <c>1!2.3rc1.post4.dev5+local</c>.</summary>
internal sealed partial class PythonOrdering : VersionOrdering
{
    protected override bool IsUnderstood(string version) => Pattern().IsMatch(version);

    protected override int CompareValid(string left, string right)
    {
        var (a, b) = (new Parts(Pattern().Match(left)), new Parts(Pattern().Match(right)));
        var order = Digits.Compare(a.Epoch, b.Epoch);
        if (order == 0)
            order = CompareRelease(a.Release, b.Release);
        if (order == 0)
            order = a.Before.Rank.CompareTo(b.Before.Rank);
        if (order == 0)
            order = Digits.Compare(a.Before.Number, b.Before.Number);
        if (order == 0)
            order = CompareOptional(a.Post, b.Post, absent: -1);
        if (order == 0)
            order = CompareOptional(a.Development, b.Development, absent: 1);
        return order != 0 ? order : CompareLocal(a.Local, b.Local);
    }

    private static int CompareRelease(string[] left, string[] right)
    {
        for (var index = 0; index < Math.Max(left.Length, right.Length); index++)
        {
            if (Digits.Compare(left.ElementAtOrDefault(index), right.ElementAtOrDefault(index)) is not 0 and var order)
                return order;
        }
        return 0;
    }

    private static int CompareOptional(string? left, string? right, int absent) => (left, right) switch
    {
        (null, null) => 0,
        (null, _) => absent,
        (_, null) => -absent,
        _ => Digits.Compare(left, right),
    };

    // No local part is older than any; numbers are newer than words.
    private static int CompareLocal(string[] left, string[] right)
    {
        for (var index = 0; index < Math.Min(left.Length, right.Length); index++)
        {
            var (a, b) = (left[index], right[index]);
            var order = (Digits.Are(a), Digits.Are(b)) switch
            {
                (true, true) => Digits.Compare(a, b),
                (true, false) => 1,
                (false, true) => -1,
                _ => string.CompareOrdinal(a, b),
            };
            if (order != 0)
                return order;
        }
        return left.Length.CompareTo(right.Length);
    }

    [GeneratedRegex("""
        ^\s*v?(?:(?<epoch>[0-9]+)!)?(?<release>[0-9]+(?:\.[0-9]+)*)
        (?<pre>[-_.]?(?<prename>alpha|beta|preview|pre|rc|a|b|c)[-_.]?(?<prenumber>[0-9]+)?)?
        (?<post>-(?<post1>[0-9]+)|[-_.]?(?:post|rev|r)[-_.]?(?<post2>[0-9]+)?)?
        (?<dev>[-_.]?dev[-_.]?(?<devnumber>[0-9]+)?)?
        (?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*$
        """, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();

    private readonly struct Parts
    {
        public Parts(Match match)
        {
            Epoch = match.Groups["epoch"].Value;
            Release = match.Groups["release"].Value.Split('.');
            Post = match.Groups["post"].Success ? match.Groups["post1"].Value + match.Groups["post2"].Value : null;
            Development = match.Groups["dev"].Success ? match.Groups["devnumber"].Value : null;
            Local = match.Groups["local"].Success
                ? match.Groups["local"].Value.ToLowerInvariant().Split('-', '_', '.')
                : [];
            Before = match.Groups["pre"].Success
                ? (Rank(match.Groups["prename"].Value), match.Groups["prenumber"].Value)
                // 1.0.dev1 comes before 1.0a1, and both before 1.0.
                : (Post is null && Development is not null ? 0 : 4, "");
        }

        public string Epoch { get; }
        public string[] Release { get; }
        public (int Rank, string Number) Before { get; }
        public string? Post { get; }
        public string? Development { get; }
        public string[] Local { get; }

        private static int Rank(string name) => char.ToLowerInvariant(name[0]) switch
        {
            'a' => 1,
            'b' => 2,
            _ => 3,
        };
    }
}
