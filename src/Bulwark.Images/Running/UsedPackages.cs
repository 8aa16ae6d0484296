using Bulwark.Images.Layers;
using Bulwark.Images.Packages;

namespace Bulwark.Images.Running;

/// <summary>Says of packages whether they are in use, by the files that processes use.</summary>
internal sealed class UsedPackages
{
    // What interpreters read and close again.
    private static readonly string[] s_modules = [".py", ".pyc", ".pm", ".pl", ".rb", ".js", ".mjs", ".php", ".lua", ".tcl", ".jar", ".class", ".dll", ".ps1", ".el"];

    private readonly RunningFiles _running;
    private readonly Dictionary<string, PackageUse> _used = new(StringComparer.Ordinal);
    private readonly HashSet<string> _programs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _modules = new(StringComparer.Ordinal);

    public UsedPackages(ImageFileSystem files, RunningFiles running)
    {
        _running = running;
        foreach (var (path, package) in new PackageOwners(files).Of(running.Files))
        {
            if (UseOf(path) is var use && use > _used.GetValueOrDefault(package))
                _used[package] = use;
        }
        foreach (var (_, _, packages) in files.All(layer => layer.PackagedFiles))
        {
            foreach (var package in packages)
            {
                if (package.Files.Any(file => IsProgram(file.Path)))
                    _programs.Add(package.Package);
                if (package.Files.Any(file => s_modules.Contains(Path.GetExtension(file.Path))))
                    _modules.Add(package.Package);
            }
        }
    }

    public PackageUse Of(InstalledPackage installed)
    {
        var package = installed.Package;
        if (package.Kind.IsOfDistribution())
        {
            return _used.TryGetValue(package.Name, out var use) ? use
                : _running.IsPartial || !_programs.Contains(package.Name) || _modules.Contains(package.Name) ? PackageUse.Unknown : PackageUse.Idle;
        }
        if (UseOf(installed.Path) is not PackageUse.Idle and var seen)
            return seen;
        // A program or a JAR is one file, that is run, or open as long as it is used. All else is read by an interpreter.
        return package.Kind is PackageKind.Go or PackageKind.Cargo or PackageKind.Maven && !_running.IsPartial ? PackageUse.Idle : PackageUse.Unknown;
    }

    private PackageUse UseOf(string path) => _running.Listening.Contains(path) ? PackageUse.Listens : _running.Files.Contains(path) ? PackageUse.Runs : PackageUse.Idle;

    private static bool IsProgram(string path) => path.Contains("bin/", StringComparison.Ordinal) || path.EndsWith(".so", StringComparison.Ordinal)
        || path.Contains(".so.", StringComparison.Ordinal);
}
