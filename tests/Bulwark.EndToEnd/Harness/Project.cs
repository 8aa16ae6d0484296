namespace Bulwark.EndToEnd.Harness;

/// <summary>A compose project of a scenario's own: services of one container each, and its networks.</summary>
public sealed class Project(Host host, string name)
{
    private readonly List<string> _networks = [];

    public Host Host => host;

    /// <summary>The name of a service's workload.</summary>
    public string Workload(string service) => $"{name}/{service}";

    /// <summary>The name of a service's container.</summary>
    public string Container(string service) => $"{name}-{service}-1";

    /// <summary>Makes a network and gives its name.</summary>
    public async Task<string> AddNetworkAsync(string network, params IReadOnlyList<string> options)
    {
        var full = $"{name}_{network}";
        _networks.Add(full);
        await host.DockerAsync("network", "rm", full);
        _ = (await host.DockerAsync(["network", "create", .. options, full])).Text;
        return full;
    }

    /// <summary>Starts a service: a bash script in a container, which others on its network find by the service's name.</summary>
    public async Task RunAsync(string service, string network, string script, params IReadOnlyList<string> options) => _ = (await host.DockerAsync([
        "run", "-d", "--init", "--name", Container(service), "--network", network, .. network == "host" ? [] : (string[])["--network-alias", service], "--label", "com.docker.compose.project=" + name, "--label", "com.docker.compose.service=" + service, .. options, Host.Image, "bash", "-c", script])).Text;

    /// <summary>Runs a bash script in a service's container.</summary>
    public Task<CommandResult> ExecAsync(string service, string script) => host.ExecAsync(Container(service), script);

    /// <summary>Its address in its only network.</summary>
    public async Task<string> AddressAsync(string service) => (await host.DockerAsync(
        "inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", Container(service))).Text;

    /// <summary>Removes everything of it that is there.</summary>
    public async Task RemoveAsync()
    {
        var containers = (await host.DockerAsync("ps", "-aq", "--filter", "label=com.docker.compose.project=" + name)).Text;
        if (containers.Length > 0)
            _ = (await host.DockerAsync(["rm", "-f", .. containers.Split('\n')])).Text;
        foreach (var network in _networks)
            await host.DockerAsync("network", "rm", network);
    }
}
