using System.Formats.Tar;
using System.Runtime.CompilerServices;

namespace Bulwark.Cli.Hosting.Demo;

/// <summary>
/// The demonstration's image: this executable, its loader, and the shared libraries that it runs with here. So it needs no registry, and
/// what runs in the containers is what runs on the host.
/// </summary>
internal static class DemoImage
{
    public const string Repository = "bulwark-demo";
    public const string Tag = "latest";
    public const string Name = $"{Repository}:{Tag}";

    /// <summary>The executable inside.</summary>
    public const string Executable = "/usr/bin/bulwark";

    /// <summary>Where the libraries are inside; the loader must be told so with <c>LD_LIBRARY_PATH</c>.</summary>
    public const string Libraries = "/lib/bulwark";

    private const UnixFileMode ForAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead
        | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>The image as a tar archive.</summary>
    /// <exception cref="CommandFailure">This is no native executable.</exception>
    public static async Task<Stream> PackAsync(CancellationToken cancel)
    {
        if (RuntimeFeature.IsDynamicCodeSupported || Environment.ProcessPath is not { } executable)
        {
            throw new CommandFailure("the demonstration needs the native executable")
            {
                Cause = "its containers run this program, and a build that needs .NET does not run in an empty image",
                Hint = "deploy/publish && sudo artifacts/publish/bulwark demo",
            };
        }
        var archive = new MemoryStream();
        var tar = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true);
        await using (tar.ConfigureAwait(false))
        {
            await AddAsync(tar, executable, Executable, cancel).ConfigureAwait(false);
            if (InterpreterOf(executable) is { } interpreter)
                await AddAsync(tar, interpreter, interpreter, cancel).ConfigureAwait(false);
            var maps = await File.ReadAllTextAsync("/proc/self/maps", cancel).ConfigureAwait(false);
            foreach (var library in LoadedLibraries.Find(maps))
            {
                foreach (var name in LoadedLibraries.NamesOf(library))
                    await AddAsync(tar, library, $"{Libraries}/{name}", cancel).ConfigureAwait(false);
            }
        }
        archive.Position = 0;
        return archive;
    }

    private static string? InterpreterOf(string executable)
    {
        using var file = File.OpenRead(executable);
        return ElfInterpreter.Read(file);
    }

    private static async Task AddAsync(TarWriter tar, string file, string path, CancellationToken cancel)
    {
        // Opened, so that it is the file itself and not a symbolic link to it.
        var content = File.OpenRead(file);
        await using (content.ConfigureAwait(false))
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, path.TrimStart('/')) { DataStream = content, Mode = ForAll }, cancel)
                .ConfigureAwait(false);
        }
    }
}
