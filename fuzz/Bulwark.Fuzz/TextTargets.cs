using System.Text;
using Bulwark.Images.Gate;
using Bulwark.Images.Packages;
using Bulwark.Images.Registries;
using Bulwark.Images.Versions;

namespace Bulwark.Fuzz;

/// <summary>Short texts: versions, names of images, what registries say, exceptions.</summary>
internal static class TextTargets
{
    private static readonly (string Name, VersionOrdering Ordering)[] s_orderings =
    [
        ("dpkg", VersionOrdering.Dpkg), ("apk", VersionOrdering.Apk), ("rpm", VersionOrdering.Rpm), ("semantic", VersionOrdering.Semantic), ("python", VersionOrdering.Python),
        ("maven", VersionOrdering.Maven), ("gem", VersionOrdering.Gem), ("nuget", VersionOrdering.NuGet), ("composer", VersionOrdering.Composer),
    ];

    public static IEnumerable<FuzzTarget> All =>
    [
        .. s_orderings.Select(item => Versions(item.Name, item.Ordering)),
        Of("image-reference", text => _ = ImageReference.Parse(text)?.ToString(), "registry.example.com:5000/a/b__c:1.0@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "debian", "[::1]:5000/a"),
        Of("authentication-challenge", text => _ = AuthenticationChallenge.Parse("Bearer", text)?.Parameter("realm"), """realm="https://a/token",service="b",scope="repository:c:pull",x=y, z="\"" """),
        Of("ignore-file", text => _ = IgnoreFile.Parse(text.Split('\n')), "# x\nCVE-2026-1 package=a until=2026-12-31 -- why\n* image=a path=/b -- c\n") with { Refusals = [typeof(IgnoreFileException)] },
        Of("gate-rule", text => _ = GateRule.Parse(text), "critical+fixable", "kev", "unknown"),
        Of("package-url", text => _ = PackageUrl.Of(new(PackageKind.Python, text, text), new("debian", text, text, text)), "a_b/c@1%"),
    ];

    private static FuzzTarget Of(string name, Action<string> read, params string[] seeds) =>
        new(name, input => read(Encoding.UTF8.GetString(input)), [.. seeds.Select(Encoding.UTF8.GetBytes)]);

    // Three lines: an order has to hold between all of them.
    private static FuzzTarget Versions(string name, VersionOrdering ordering) => Of($"versions-{name}", text =>
    {
        var lines = text.Split('\n');
        if (lines.Length < 3 || !ordering.IsValid(lines[0]) || !ordering.IsValid(lines[1]) || !ordering.IsValid(lines[2]))
            return;
        int Compare(int left, int right) => Math.Sign(ordering.Compare(lines[left], lines[right])!.Value);
        for (var left = 0; left < 3; left++)
        {
            if (Compare(left, left) != 0)
                throw new FuzzFailure($"'{lines[left]}' is not itself");
            for (var right = 0; right < 3; right++)
            {
                if (Compare(left, right) != -Compare(right, left))
                    throw new FuzzFailure($"'{lines[left]}' and '{lines[right]}' have no order");
                var third = 3 - left - right;
                // Maven's own order goes round in circles, and ours is Maven's: 1.x2 is newer than 1, older than 1-alpha-2, and that is older than 1.
                if (name != "maven" && left != right && third != left && third != right && Compare(left, right) <= 0 && Compare(right, third) <= 0 && Compare(left, third) > 0)
                    throw new FuzzFailure($"'{lines[left]}', '{lines[right]}' and '{lines[third]}' go round in a circle");
            }
        }
    }, "1:1.0~rc1-2+b1\n1.0-2\n1.0+dfsg-1~bpo12+1", "1.0.0-alpha.1+x\n1.0.0\nv1.2.3-0.20200101000000-abcdefabcdef", "1.0a_p1-r1\n1.0_alpha2\n1.0", "1!1.0.post1.dev2+a.b\n1.0rc1\n1.0", "1.0-SNAPSHOT\n1.0-rc-1\n1-ga-1",
        "1.0.0.pre.1\n1.0.0.a\n1");
}
