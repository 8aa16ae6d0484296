using System.Globalization;

namespace Bulwark.Runtimes.Docker;

/// <summary>What a daemon says of itself.</summary>
/// <param name="Engine">Its version, for example <c>20.10.24</c>.</param>
/// <param name="Api">The newest version of the API that it speaks.</param>
/// <param name="OldestApi">The oldest one.</param>
public sealed record DockerVersion(string Engine, string Api, string OldestApi)
{
    /// <summary>The version that Bulwark was written to.</summary>
    public const string Preferred = "1.41";

    /// <summary>The version to speak: <see cref="Preferred"/>, or the nearest that the daemon knows (29 dropped 1.41).</summary>
    public string Spoken
    {
        get
        {
            var (preferred, newest, oldest) = (Minor(Preferred), Minor(Api), Minor(OldestApi));
            if (newest < preferred)
                return Api;
            return oldest > preferred ? OldestApi : Preferred;
        }
    }

    // All versions are 1.N; anything else is taken for one that speaks what we do.
    private static int Minor(string version) =>
        version.StartsWith("1.", StringComparison.Ordinal)
        && int.TryParse(version.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var minor) ? minor : 41;
}
