using Bulwark.Model.Executables;
using Bulwark.Model.Profiles;

namespace Bulwark.Model.Learning;

/// <summary>Keeps in a profile which executables had conversations although the image of their container has none there, or another one.</summary>
public static class Drift
{
    /// <summary>How many a profile keeps; what makes a new one each time must not make it grow without end.</summary>
    public const int Maximum = 64;

    /// <summary>The profile, after an executable of this origin had a conversation; itself if that changes nothing.</summary>
    public static Profile Note(Profile profile, string path, ExecutableOrigin origin) => origin.Kind switch
    {
        OriginKind.Drift or OriginKind.Changed when profile.Drifted.Count < Maximum && !profile.Drifted.Contains(path) => profile with { Drifted = profile.Drifted.Add(path) },
        // A newer image has it.
        OriginKind.Package or OriginKind.Image when profile.Drifted.Contains(path) => profile with { Drifted = profile.Drifted.Remove(path) },
        _ => profile,
    };
}
