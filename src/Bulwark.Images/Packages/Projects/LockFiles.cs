using System.Text.Json;
using System.Xml;
using Bulwark.Images.Archives;
using Bulwark.Images.Layers;

namespace Bulwark.Images.Packages.Projects;

/// <summary>
/// What a project is to be built from, by its lock files. They say what will be installed, not what is: they are read where a directory
/// is scanned, and not in images.
/// </summary>
public sealed class LockFiles : IFileAnalyser
{
    private const int LargestBytes = 64 << 20;
    private const int MostPackages = 200_000;

    // Brought by others: what their authors developed with is not what the project is built from.
    private static readonly string[] s_foreign = ["node_modules", "vendor", "site-packages", "dist-packages", ".git", ".cargo"];

    private static readonly Dictionary<string, Func<ReadOnlyMemory<byte>, LockedPackages>> s_parsers = new(StringComparer.Ordinal)
    {
        ["package-lock.json"] = NpmLock.Parse,
        ["npm-shrinkwrap.json"] = NpmLock.Parse,
        ["yarn.lock"] = YarnLock.Parse,
        ["pnpm-lock.yaml"] = PnpmLock.Parse,
        ["poetry.lock"] = text => TomlLock.Parse(text, PackageKind.Python),
        ["uv.lock"] = text => TomlLock.Parse(text, PackageKind.Python),
        ["Cargo.lock"] = text => TomlLock.Parse(text, PackageKind.Cargo),
        ["Pipfile.lock"] = PipfileLock.Parse,
        ["requirements.txt"] = PythonRequirements.Parse,
        ["Gemfile.lock"] = GemfileLock.Parse,
        ["go.mod"] = GoModule.Parse,
        ["packages.lock.json"] = NuGetLock.Parse,
        ["gradle.lockfile"] = GradleLock.Parse,
        ["buildscript-gradle.lockfile"] = GradleLock.Parse,
        ["pom.xml"] = MavenProject.Parse,
        ["composer.lock"] = ComposerFiles.ParseLock,
    };

    public bool Wants(LayerFile file, ReadOnlySpan<byte> head) =>
        s_parsers.ContainsKey(ImagePath.Name(file.Path).ToString()) && !file.Path.Split('/').Any(s_foreign.Contains);

    public void Read(LayerFile file, FileContent content, Layer layer)
    {
        var locked = Parse(ImagePath.Name(file.Path).ToString(), content.Bytes(LargestBytes));
        layer.Packages[file.Path] = [.. locked.Packages.Distinct().Take(MostPackages)];
        if (locked.Open > 0)
            layer.Doubts.Add(new(CannotTellKind.File, file.Path, $"{locked.Open} of its packages name no version that is sure to be the one"));
    }

    /// <exception cref="ArchiveException">The file is not what its name says.</exception>
    internal static LockedPackages Parse(string name, ReadOnlyMemory<byte> content)
    {
        try
        {
            return s_parsers[name](content);
        }
        catch (Exception e) when (e is JsonException or XmlException or InvalidOperationException or FormatException)
        {
            throw new ArchiveException($"it is no {name} that is understood", e);
        }
    }
}
