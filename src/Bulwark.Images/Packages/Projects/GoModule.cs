using Bulwark.Images.Archives;

namespace Bulwark.Images.Packages.Projects;

/// <summary>
/// <c>go.mod</c> (https://go.dev/ref/mod#go-mod-file). Since Go 1.17 it lists all modules that are built; of an older one some are missing,
/// and <c>go.sum</c> would list too many.
/// </summary>
internal static class GoModule
{
    private const int FirstCompleteMinor = 17;

    public static LockedPackages Parse(ReadOnlyMemory<byte> content)
    {
        var required = new List<(string Path, string Version)>();
        var replaced = new Dictionary<(string Path, string Version), (string Path, string Version)>();
        var (block, isModule, isEmpty, isComplete) = ("", false, true, false);
        foreach (var raw in LockText.Lines(content))
        {
            var words = raw.Split("//", 2)[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(word => word.Trim('"', '`')).ToArray();
            if (words.Length == 0)
                continue;
            isEmpty = false;
            if (words is [")"])
            {
                block = "";
                continue;
            }
            if (words is [var opened, "("])
            {
                block = opened;
                continue;
            }
            if (block.Length > 0)
                words = [block, .. words];
            switch (words)
            {
                case ["module", _]:
                    isModule = true;
                    break;
                case ["go", var version]:
                    isComplete = version.Split('.') is ["1", var minor, ..] && int.TryParse(Leading(minor), out var number) && number >= FirstCompleteMinor;
                    break;
                case ["require", var path, ['v', .. var version]]:
                    required.Add((path, version));
                    break;
                case ["replace", var from, "=>", var to, ['v', .. var version]]:
                    replaced[(from, "")] = (to, version);
                    break;
                case ["replace", var from, ['v', .. var fromVersion], "=>", var to, ['v', .. var version]]:
                    replaced[(from, fromVersion)] = (to, version);
                    break;
                // A directory on the disk has no version.
                case ["replace", var from, "=>", _]:
                    replaced[(from, "")] = ("", "");
                    break;
                case ["replace", var from, ['v', .. var fromVersion], "=>", _]:
                    replaced[(from, fromVersion)] = ("", "");
                    break;
            }
        }
        if (!isModule && !isEmpty && required.Count == 0)
            throw new ArchiveException("it is no go.mod that is understood");
        var built = required.Select(item => replaced.TryGetValue(item, out var exact) ? exact : replaced.GetValueOrDefault((item.Path, ""), item))
            .Where(item => item.Version.Length > 0);
        return new([.. built.Select(item => new Package(PackageKind.Go, item.Path, $"v{item.Version}"))], isComplete || required.Count == 0 ? 0 : 1);
    }

    private static string Leading(string text) => new([.. text.TakeWhile(char.IsAsciiDigit)]);
}
