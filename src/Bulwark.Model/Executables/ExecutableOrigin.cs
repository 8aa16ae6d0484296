using Bulwark.Model.Enforcement;

namespace Bulwark.Model.Executables;

/// <summary>Where an executable of a container is from, and who answers for it.</summary>
/// <param name="Package">The package that owns it, where one does; else empty.</param>
/// <param name="Version">That package's.</param>
public readonly record struct ExecutableOrigin(OriginKind Kind, string Package, string Version)
{
    public static readonly ExecutableOrigin Unknown = new(OriginKind.Unknown, "", "");

    /// <summary>The origin of which these words tell; unknown if the kind is no kind.</summary>
    /// <param name="kind">The name of an <see cref="OriginKind"/>, in any case.</param>
    public static ExecutableOrigin Read(string kind, string package, string version) =>
        Enum.TryParse<OriginKind>(kind, ignoreCase: true, out var parsed) ? new(parsed, package, version) : Unknown;

    /// <summary>Whether it is not what the image has there.</summary>
    public bool IsDrift => Kind is OriginKind.Drift or OriginKind.Changed;

    /// <summary>For example <c>of curl 7.88.1-10</c>, or <c>not in the image</c>; empty where it is not known.</summary>
    public string Words => Kind switch
    {
        OriginKind.Package => $"of {ShellWord.Printable($"{Package} {Version}".TrimEnd())}",
        OriginKind.Image => "of no package",
        OriginKind.Volume => "in a volume",
        OriginKind.Drift => "not in the image",
        OriginKind.Changed => "changed since the image",
        _ => "",
    };
}
