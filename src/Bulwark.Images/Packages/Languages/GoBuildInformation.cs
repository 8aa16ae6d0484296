using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Bulwark.Images.Archives;

namespace Bulwark.Images.Packages.Languages;

/// <summary>What the Go linker writes into a program (debug/buildinfo of Go's library): the version of Go, and the modules in it.</summary>
internal static partial class GoBuildInformation
{
    private const int HeaderBytes = 32;
    private const byte StringsFollow = 2;

    // The linker puts 16 bytes of its own around the list of modules.
    private const int Marker = 16;

    /// <summary>The modules, and Go's library as <c>stdlib</c>; null if it was written before Go 1.18.</summary>
    /// <exception cref="ArchiveException">It is damaged.</exception>
    public static ImmutableArray<Package>? Parse(ReadOnlySpan<byte> section)
    {
        if (section.Length < HeaderBytes || section[0] != 0xff || !section[1..].StartsWith(" Go buildinf:"u8))
            throw new ArchiveException("its Go build information is damaged");
        if ((section[15] & StringsFollow) == 0)
            return null;
        var rest = section[HeaderBytes..];
        var version = Text(ref rest);
        var modules = Text(ref rest);
        var packages = ImmutableArray.CreateBuilder<Package>();
        if (StandardLibrary(version) is { } library)
            packages.Add(new(PackageKind.Go, "stdlib", library));
        if (modules.Length > 2 * Marker && modules[^(Marker + 1)] == '\n')
            AddModules(modules[Marker..^Marker], packages);
        return packages.ToImmutable();
    }

    private static void AddModules(string text, ImmutableArray<Package>.Builder packages)
    {
        foreach (var line in text.Split('\n'))
        {
            switch (line.Split('\t'))
            {
                case ["mod" or "dep", { Length: > 0 } path, { Length: > 0 } version, ..]:
                    InstalledPackages.Add(packages, new(PackageKind.Go, path, version));
                    break;
                case ["=>", { Length: > 0 } path, { Length: > 0 } version, ..] when packages.Count > 0:
                    // What was built is the replacement, under the name of what it replaces.
                    packages[^1] = new(PackageKind.Go, path, version);
                    break;
            }
        }
    }

    /// <summary>Go's own version as modules have them: go1.21rc2 is 1.21.0-rc.2. Null for what is no release.</summary>
    internal static string? StandardLibrary(string version)
    {
        var match = GoVersion().Match(version);
        if (!match.Success)
            return null;
        var patch = match.Groups["patch"].Success ? match.Groups["patch"].Value : "0";
        var before = match.Groups["before"].Success ? $"-{match.Groups["before"].Value}.{match.Groups["number"].Value}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{match.Groups["minor"].Value}.{patch}{before}");
    }

    private static string Text(ref ReadOnlySpan<byte> rest)
    {
        ulong length = 0;
        var at = 0;
        for (var shift = 0; ; shift += 7, at++)
        {
            if (at >= rest.Length || shift > 35)
                throw new ArchiveException("its Go build information is damaged");
            length |= (ulong)(rest[at] & 0x7f) << shift;
            if (rest[at] < 0x80)
                break;
        }
        rest = rest[(at + 1)..];
        if (length > (ulong)rest.Length)
            throw new ArchiveException("its Go build information is damaged");
        // Latin-1, for the markers are no text and must keep their length.
        var text = Encoding.Latin1.GetString(rest[..(int)length]);
        rest = rest[(int)length..];
        return text;
    }

    [GeneratedRegex(@"^go(?<minor>[0-9]+\.[0-9]+)(?:\.(?<patch>[0-9]+))?(?:(?<before>rc|beta)(?<number>[0-9]+))?(?:$|[ +-])")]
    private static partial Regex GoVersion();
}
