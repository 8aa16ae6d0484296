using System.Text.Json;
using Bulwark.EndToEnd.Harness;

namespace Bulwark.EndToEnd.Scenarios;

/// <summary>Images and containers of podman, which speaks Docker's language on its own socket, where there is no Docker.</summary>
public sealed class PodmanTests(Stage stage) : IAsyncLifetime
{
    private const string Image = "localhost/bulwark/three-tier";

    private readonly Host _host = stage.Host;

    // On a machine of its own: this one has no /var/run/docker.sock.
    private Machine? _machine;

    private Machine Machine => _machine!;

    public async ValueTask InitializeAsync()
    {
        _machine = await Machine.StartAsync(_host.Sandbox, "podman");
        _ = (await Machine.RunAsync("mkdir", "/run/podman")).Text;
        Machine.Start("podman.service.log", [.. Podman, "system", "service", "--time=0", "unix:///run/podman/podman.sock"]);
        await _host.Sandbox.UntilAsync("podman answers", TimeSpan.FromSeconds(30), ["podman.service.log"], async () =>
            (await Machine.BashAsync("curl -sf --unix-socket /run/podman/podman.sock http://podman/_ping")).Succeeded);
        var archive = (await Command.RunAsync(Path.Combine(Repository.Root, "deploy/images/build"))).Text;
        _ = (await PodmanAsync("import", archive, Image)).Text;
    }

    public async ValueTask DisposeAsync()
    {
        if (_machine is not null)
            await PodmanAsync("system", "reset", "--force");
    }

    [Fact]
    public async Task An_image_and_a_container_of_podmans_are_scanned_as_Dockers_are()
    {
        var docker = PackagesOf(await Command.RunAsync(Scan(Host.Image, "--docker", _host.DockerAddress)));
        Assert.True(docker.Length > 100, "Docker's has packages");

        Assert.Equal(docker, PackagesOf(await Machine.RunAsync(Scan(Image))));
        // By what is known of its layers.
        Assert.Equal(docker, PackagesOf(await Machine.RunAsync(Scan("bulwark/three-tier"))));

        _ = (await PodmanAsync("create", "--network", "none", "--name", "one", Image, "true")).Text;
        Assert.Equal(docker, PackagesOf(await Machine.RunAsync(Scan("container:one"))));
        Assert.Contains("there is no image", (await Machine.RunAsync(Scan("none/such"))).Error, StringComparison.Ordinal);
    }

    private IReadOnlyList<string> Podman =>
    [
        "podman", "--root", _host.Sandbox.PathOf("podman/data"), "--runroot", "/run/podman-storage", "--tmpdir", "/run/podman-state", "--storage-driver", "vfs",
        "--cgroup-manager", "cgroupfs",
    ];

    private string[] Scan(string target, params string[] options) =>
        [BulwarkProcess.Executable, "scan", target, "--cache", _host.Sandbox.PathOf("podman-cache"), "--no-engines", "-o", "json", .. options];

    private Task<CommandResult> PodmanAsync(params string[] words) => Machine.RunAsync([.. Podman, .. words]);

    private static string[] PackagesOf(CommandResult scan)
    {
        using var report = JsonDocument.Parse(scan.Output);
        return [.. report.RootElement.GetProperty("packages").EnumerateArray().Select(package => $"{package.GetProperty("name")} {package.GetProperty("version")}")
            .Order(StringComparer.Ordinal)];
    }
}
