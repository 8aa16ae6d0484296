using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Bulwark.Images.Tests.Proof;

/// <summary>
/// A root file system of real Debian packages, made by mmdebstrap. It is kept for a week in <c>$XDG_CACHE_HOME/bulwark-tests/roots</c> (else
/// <c>~/.cache</c>), since making it takes most of a test's time; what it holds is read from it, and does not have to be the newest.
/// </summary>
internal sealed record DebianRoot(string Release, bool IsUpdated, string Path)
{
    private const string Packages = "openssl,redis-server,bind9-dnsutils,libpq5,libxml2,linux-libc-dev";

    private static readonly TimeSpan s_longestAge = TimeSpan.FromDays(7);

    // All at once when the first is asked for: most of the time of each is waiting.
    private static readonly Lazy<Dictionary<(string Release, bool IsUpdated), Task<DebianRoot>>> s_roots = new(() => new[] { "bookworm", "bullseye" }
        .SelectMany(release => new[] { false, true }, (release, isUpdated) => (release, isUpdated)).ToDictionary(root => root, root => MakeAsync(root.release, root.isUpdated)));

    /// <param name="isUpdated">With security updates.</param>
    public static Task<DebianRoot> OfAsync(string release, bool isUpdated) => s_roots.Value[(release, isUpdated)];

    private static async Task<DebianRoot> MakeAsync(string release, bool isUpdated)
    {
        var mirror = await MirrorAsync("bookworm");
        List<string> lines = [$"deb {mirror} {release} main"];
        if (isUpdated)
            lines.Add($"deb {await MirrorAsync("bookworm-security")} {release}-security main");
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Packages}\n{string.Join('\n', lines)}")))[..12];
        var cache = System.IO.Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } home ? home : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
            "bulwark-tests", "roots");
        Directory.CreateDirectory(cache);
        var path = System.IO.Path.Combine(cache, $"{release}-{key}");
        // Several runs may want the same one: the second waits for the first.
        using var door = await LockAsync($"{path}.lock");
        if (Directory.Exists(path) && DateTime.UtcNow - Directory.GetLastWriteTimeUtc(path) > s_longestAge)
            await RunAsync("rm", "-rf", "--one-file-system", path);
        if (!Directory.Exists(path))
        {
            await RunAsync("rm", "-rf", "--one-file-system", $"{path}.new");
            await RunAsync("mmdebstrap", ["--quiet", "--variant=essential", "--dpkgopt=force-unsafe-io", $"--include={Packages}", release, $"{path}.new", .. lines]);
            Directory.Move($"{path}.new", path);
            Directory.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        }
        return new(release, isUpdated, path);
    }

    /// <summary>Source, its version, and each package that was made of it, as dpkg itself lists them.</summary>
    public async Task<ILookup<string, (string Version, string Package)>> SourcesAsync()
    {
        var rows = await RunAsync("dpkg-query", "--admindir", $"{Path}/var/lib/dpkg", "-W", "-f", "${source:Package}\t${source:Version}\t${Package}\n");
        return rows.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => row.Split('\t')).ToLookup(row => row[0], row => (row[1], row[2]));
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program}: {await error}");
        return output;
    }

    // Where this machine's own packages come from: the other releases lie beside them.
    private static async Task<string> MirrorAsync(string codename)
    {
        var indexes = await RunAsync("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", $"Codename: {codename}", "Component: main");
        return indexes.Split('\n')[0] is { Length: > 0 } mirror ? mirror : throw new InvalidOperationException($"apt has no sources for {codename}");
    }

    private static async Task<FileStream> LockAsync(string path)
    {
        while (true)
        {
            try
            {
                return new(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(200);
            }
        }
    }
}
