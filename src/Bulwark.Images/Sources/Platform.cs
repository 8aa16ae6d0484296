using Bulwark.Images.Sources.Wire;

namespace Bulwark.Images.Sources;

/// <summary>What machines an image is for, written <c>linux/arm64</c> or <c>linux/arm/v7</c>.</summary>
public sealed record Platform(string OperatingSystem, string Architecture, string Variant = "")
{
    /// <summary>Of this machine.</summary>
    public static Platform Here { get; } = new("linux", System.Runtime.InteropServices.RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    });

    public static Platform? Parse(string text) => text.Split('/') switch
    {
        [{ Length: > 0 } os, { Length: > 0 } architecture] => new(os, architecture),
        [{ Length: > 0 } os, { Length: > 0 } architecture, { Length: > 0 } variant] => new(os, architecture, variant),
        _ => null,
    };

    public override string ToString() => Variant.Length == 0 ? $"{OperatingSystem}/{Architecture}" : $"{OperatingSystem}/{Architecture}/{Variant}";

    /// <summary>Whether an image that says it is for <paramref name="other"/> is what was asked for.</summary>
    internal bool Fits(PlatformJson? other) => other is not null && other.Os == OperatingSystem && other.Architecture == Architecture
        && (Variant.Length == 0 || other.Variant == Variant);
}
