using System.Globalization;

namespace Bulwark.Images.Packages;

/// <summary>Debian's releases: their numbers and code names. Sid is the one that has no number, and whose versions only ever grow.</summary>
public static class DebianReleases
{
    public const string Sid = "sid";

    private static readonly string[] s_codenames =
        ["woody", "sarge", "etch", "lenny", "squeeze", "wheezy", "jessie", "stretch", "buster", "bullseye", "bookworm", "trixie", "forky", "duke"];

    // Woody was 3.0, sarge 3.1, etch 4.
    private const int First = 2;

    /// <summary>The number of a code name, or null.</summary>
    public static string? Number(string codename) => codename == Sid
        ? Sid
        : Array.IndexOf(s_codenames, codename) is var index and >= 0 ? (index + First).ToString(CultureInfo.InvariantCulture) : null;

    /// <summary>The number of the release that an os-release speaks of, or null if it says too little.</summary>
    public static string? Number(string versionId, string codename)
    {
        // Testing has no VERSION_ID, and a code name like "trixie/sid" or "trixie".
        if (versionId.Length == 0)
            return Number(codename.Split('/')[0]);
        var major = versionId.Split('.')[0];
        return major.Length > 0 && major.All(char.IsAsciiDigit) ? major : null;
    }
}
