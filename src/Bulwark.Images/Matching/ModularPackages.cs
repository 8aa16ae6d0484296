using Bulwark.Images.Advisories;
using Bulwark.Images.Packages;

namespace Bulwark.Images.Matching;

/// <summary>
/// Red Hat and its kin build some packages several times over, once for each stream of a module (nodejs:18, nodejs:20), and mark them in their
/// release: <c>1.module_el8+…</c>. Such a version says nothing about the ordinary package of that name, and the other way round.
/// </summary>
internal static class ModularPackages
{
    private const string Mark = ".module";

    public static bool AreComparable(Advisory advisory, Package package) => package.Kind != PackageKind.Rpm
        || advisory.Ranges.All(range => range.Fixed.Length == 0
            || range.Fixed.Contains(Mark, StringComparison.Ordinal) == package.Version.Contains(Mark, StringComparison.Ordinal));
}
