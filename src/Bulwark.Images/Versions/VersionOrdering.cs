namespace Bulwark.Images.Versions;

/// <summary>How an ecosystem orders versions. Each is total on the versions that it understands, but for Maven's, which goes round in circles as Maven itself does.</summary>
public abstract class VersionOrdering
{
    public static VersionOrdering Dpkg { get; } = new DpkgOrdering();
    public static VersionOrdering Apk { get; } = new ApkOrdering();
    public static VersionOrdering Rpm { get; } = new RpmOrdering();
    public static VersionOrdering Semantic { get; } = new SemanticOrdering();
    public static VersionOrdering Python { get; } = new PythonOrdering();
    public static VersionOrdering Maven { get; } = new MavenOrdering();
    public static VersionOrdering Gem { get; } = new GemOrdering();
    public static VersionOrdering NuGet { get; } = new NuGetOrdering();
    public static VersionOrdering Composer { get; } = new ComposerOrdering();

    // Nothing in use is longer; a hostile one could make a quadratic comparison.
    private const int Longest = 512;

    /// <summary>Below 0 if <paramref name="left"/> is older, above if newer; null if one of them is not understood.</summary>
    public int? Compare(string left, string right) =>
        IsValid(left) && IsValid(right) ? CompareValid(left, right) : null;

    /// <summary>Whether this ecosystem's own tools would take the version.</summary>
    public bool IsValid(string version) => version.Length is > 0 and <= Longest && IsUnderstood(version);

    protected abstract bool IsUnderstood(string version);

    protected abstract int CompareValid(string left, string right);
}
