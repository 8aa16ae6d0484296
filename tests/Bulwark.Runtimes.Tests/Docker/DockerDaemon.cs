using System.Collections.Immutable;
using System.Diagnostics;
using System.Formats.Tar;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Bulwark.Runtimes.Docker;

namespace Bulwark.Runtimes.Tests.Docker;

/// <summary>A real dockerd with nothing in common with the host's: own network namespace, own directories, own cgroup.</summary>
public sealed class DockerDaemon : IAsyncLifetime
{
    public const string Image = "bulwark-test/sleep:1";

    private readonly string _name = $"bwt-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
    private readonly string _directory;
    private Process? _process;
    private readonly PosixSignalRegistration[] _ending;
    private int _disposed;

    public DockerDaemon()
    {
        _directory = Path.Combine(Path.GetTempPath(), _name);
        // A run that is ended from outside disposes of no fixture.
        _ending = [.. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP }
            .Select(s => PosixSignalRegistration.Create(s, _ => DisposeAsync().AsTask().GetAwaiter().GetResult()))];
    }

    public string Endpoint => $"unix://{_directory}/docker.sock";

    public DockerClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        try
        {
            Directory.CreateDirectory(_directory);
            await RunAsync("ip", "netns", "add", _name);
            await RunAsync("nsenter", $"--net=/run/netns/{_name}", "ip", "link", "set", "lo", "up");
            Client = new(Endpoint);
            await StartAsync();
            await using var tar = await SleepingImageAsync();
            await Client.ImportImageAsync(tar, "bulwark-test/sleep", "1");
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("nsenter") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])
        [
            $"--net=/run/netns/{_name}", "dockerd", "--data-root", $"{_directory}/data", "--exec-root", $"{_directory}/exec",
            "-H", Endpoint, "--pidfile", $"{_directory}/pid", "--iptables=false", "--ip-masq=false", "--storage-driver", "vfs",
            "--cgroup-parent", $"/{_name}",
        ])
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        for (var i = 0; ; i++)
        {
            try
            {
                await Client.PingAsync();
                return;
            }
            catch (DockerException) when (i < 300 && !_process.HasExited)
            {
                await Task.Delay(100);
            }
        }
    }

    /// <summary>Ends the daemon; its containers end with it.</summary>
    public async Task StopAsync()
    {
        if (_process is null)
            return;
        if (!_process.HasExited)
            await RunAsync("kill", "-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }
        _process.Dispose();
        _process = null;
    }

    /// <summary>Makes and starts a container that sleeps.</summary>
    public async Task<string> StartContainerAsync(string name, string network = "", params string[] labels)
    {
        var id = await Client.CreateContainerAsync(new(Image)
        {
            Name = name,
            Command = ["/sleep", "--forever"],
            Network = network,
            Labels = labels.ToImmutableDictionary(l => l.Split('=')[0], l => l.Split('=')[1]),
        });
        await Client.StartContainerAsync(id);
        return id;
    }

    /// <summary>An archive with one program, called <c>sleep</c>.</summary>
    public static async Task<Stream> ImageAsync(string program)
    {
        var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, leaveOpen: true))
            await writer.WriteEntryAsync(program, "sleep");
        tar.Position = 0;
        return tar;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        try
        {
            if (_process is not null)
            {
                foreach (var container in await Client.ListContainersAsync(all: true))
                    await Client.RemoveContainerAsync(container.Id, force: true);
            }
        }
        catch (DockerException)
        {
            // A daemon that does not answer is killed with what it holds.
        }
        await StopAsync();
        Client?.Dispose();
        foreach (var mount in File.ReadLines("/proc/self/mountinfo").Select(l => l.Split(' ')[4])
                     .Where(m => m.StartsWith(_directory + "/", StringComparison.Ordinal)).Reverse().ToArray())
            await RunAsync("umount", "--lazy", mount);
        if (File.Exists($"/run/netns/{_name}"))
            await RunAsync("ip", "netns", "delete", _name);
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
        foreach (var cgroup in Directory.GetDirectories("/sys/fs/cgroup").Prepend("/sys/fs/cgroup").Select(d => Path.Combine(d, _name)))
        {
            if (Directory.Exists(cgroup))
                await RunAsync("rmdir", cgroup);
        }
    }

    private async Task<Stream> SleepingImageAsync()
    {
        // Takes --forever, --say or --fail.
        var program = Path.Combine(_directory, "sleep");
        await File.WriteAllTextAsync(
            program + ".c",
            """
            #include <unistd.h>
            int main(int count, char **words)
            {
                if (count > 1 && words[1][2] == 's')
                    return write(1, "said\n", 5) != 5;
                if (count > 1 && words[1][3] == 'a')
                    return 7;
                for (;;)
                    pause();
            }
            """);
        await RunAsync("gcc", "-static", "-Os", "-o", program, program + ".c");
        return await ImageAsync(program);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {error}");
    }
}
