using System.Globalization;

namespace Bulwark.EndToEnd.Harness;

/// <summary>
/// A small shop as compose would start it: a proxy (published), two replicas of web, a database and a cache, on a network of its own
/// with IPv4 and IPv6. Web uses an external database, too.
/// </summary>
public sealed class ThreeTierApplication
{
    private const string Password = "not-a-secret";
    private static int s_networks;

    private readonly Host _host;

    private ThreeTierApplication(Host host, string project, int publishedPort)
    {
        _host = host;
        Project = project;
        PublishedPort = publishedPort;
    }

    /// <summary>The compose project.</summary>
    public string Project { get; }

    /// <summary>The port of the proxy on the host.</summary>
    public int PublishedPort { get; }

    /// <summary>Where users find it.</summary>
    public string Url => $"http://{_host.Address}:{PublishedPort}/";

    public string Url6 => $"http://[{_host.Address6}]:{PublishedPort}/";

    private string Network => Project + "_default";

    /// <summary>Starts all tiers anew and waits until the whole answers its users.</summary>
    public static async Task<ThreeTierApplication> StartAsync(Host host, string project, int publishedPort)
    {
        var application = new ThreeTierApplication(host, project, publishedPort);
        await application.RemoveAsync();
        var number = Interlocked.Increment(ref s_networks);
        _ = (await host.DockerAsync(
            "network", "create", "--ipv6", "--subnet", string.Create(CultureInfo.InvariantCulture, $"fd00:{publishedPort}:{number}::/64"),
            "--label", "com.docker.compose.project=" + project, application.Network)).Text;
        await application.RunAsync(
            "db", 1, ["-e", "POSTGRES_USER=shop", "-e", "POSTGRES_DB=" + project, "-e", "POSTGRES_PASSWORD=" + Password], ["/app/database"]);
        await application.RunAsync("cache", 1, [], ["/app/cache"]);
        await application.RunWebAsync(1);
        await application.RunWebAsync(2);
        await application.RunAsync(
            "proxy", 1, ["-p", string.Create(CultureInfo.InvariantCulture, $"{publishedPort}:80"), "-e", "UPSTREAM=web:8000"], ["/app/proxy"]);
        await application.WaitAsync();
        return application;
    }

    /// <summary>The name of a container: project, service and number.</summary>
    public string Container(string service, int number = 1) =>
        string.Create(CultureInfo.InvariantCulture, $"{Project}-{service}-{number}");

    /// <summary>The name of a workload.</summary>
    public string Workload(string service) => $"{Project}/{service}";

    /// <summary>Starts a replica of web from an image.</summary>
    public Task RunWebAsync(int number, string image = Host.Image) => RunAsync(
        "web", number,
        [
            "-e", "CACHE_HOST=cache", "-e",
            $"DATABASE_URLS=postgresql://shop:{Password}@db/{Project};postgresql://orders@{Outside.DatabaseAlias}/orders",
        ], ["/app/web.py"], image);

    /// <summary>Starts one more container of this project.</summary>
    public async Task RunAsync(
        string service, int number, IReadOnlyList<string> options, IReadOnlyList<string> command, string image = Host.Image) =>
        _ = (await _host.DockerAsync([
            "run", "-d", "--init", "--name", Container(service, number), "--hostname", Container(service, number), "--network", Network,
            "--network-alias", service, "--label", "com.docker.compose.project=" + Project, "--label",
            "com.docker.compose.service=" + service, .. options, image, .. command])).Text;

    /// <summary>Runs a bash script in a container of this project.</summary>
    public Task<CommandResult> ExecAsync(string service, string script) => _host.ExecAsync(Container(service), script);

    /// <summary>Starts a bash script in a container of this project that goes on by itself.</summary>
    public async Task ExecDetachedAsync(string service, string script) =>
        _ = (await _host.DockerAsync("exec", "-d", Container(service), "bash", "-c", script)).Text;

    /// <summary>The address of a container in the project's network.</summary>
    public async Task<string> AddressAsync(string service, int number = 1) =>
        (await _host.DockerAsync(
            "inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", Container(service, number))).Text;

    public async Task<string> Address6Async(string service, int number = 1) =>
        (await _host.DockerAsync(
            "inspect", "-f", "{{range .NetworkSettings.Networks}}{{.GlobalIPv6Address}}{{end}}", Container(service, number))).Text;

    /// <summary>A user asks for the page, through all tiers.</summary>
    public Task<CommandResult> VisitAsync() => _host.Outside.CurlAsync(Url);

    /// <summary>Waits until users get their answers.</summary>
    public Task WaitAsync() =>
        Poll.UntilAsync($"{Project} answers", TimeSpan.FromSeconds(30), async () => (await VisitAsync()).Text.Contains("visits", StringComparison.Ordinal));

    /// <summary>Removes all containers of the project and its network, as far as they are there.</summary>
    public async Task RemoveAsync()
    {
        var containers = (await _host.DockerAsync("ps", "-aq", "--filter", "label=com.docker.compose.project=" + Project)).Text;
        if (containers.Length > 0)
            _ = (await _host.DockerAsync(["rm", "-f", .. containers.Split('\n')])).Text;
        if ((await _host.DockerAsync("network", "ls", "-q", "--filter", $"name=^{Network}$")).Text.Length > 0)
            _ = (await _host.DockerAsync("network", "rm", Network)).Text;
    }
}
