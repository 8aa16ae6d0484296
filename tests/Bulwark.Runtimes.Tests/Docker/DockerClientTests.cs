using System.Collections.Immutable;
using System.Net;
using Bulwark.Model;
using Bulwark.Runtimes.Docker;

namespace Bulwark.Runtimes.Tests.Docker;

[Collection(DockerDaemonTests.Name)]
public sealed class DockerClientTests(DockerDaemon daemon)
{
    private DockerClient Client => daemon.Client;

    [Fact]
    public async Task A_daemon_tells_its_version()
    {
        var version = await Client.VersionAsync();

        Assert.NotEmpty(version.Engine);
        Assert.StartsWith("1.", version.Spoken, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_daemon_tells_how_it_is_set_up()
    {
        var settings = await Client.SettingsAsync();

        Assert.Contains(settings.CgroupDriver, (string[])["cgroupfs", "systemd"]);
        Assert.Equal("runc", settings.DefaultRuntime);
        Assert.Contains("runc", settings.Runtimes);
        Assert.True(Directory.Exists(settings.DataRoot), settings.DataRoot);
        Assert.Contains(settings.CgroupVersion, (string[])["1", "2"]);
        Assert.False(settings.LiveRestore);
    }

    [Fact]
    public async Task A_running_container_is_told_with_everything_that_identifies_it()
    {
        var id = await daemon.StartContainerAsync("everything", "", "com.docker.compose.project=shop", "com.docker.compose.service=web");

        var container = (await Client.FindContainerAsync(id))!;

        Assert.Equal((id, "everything", DockerDaemon.Image), (container.Id, container.Name, container.Image));
        Assert.StartsWith("sha256:", container.ImageDigest, StringComparison.Ordinal);
        Assert.Equal(["/sleep", "--forever"], container.Command);
        Assert.Equal("shop", container.Labels["com.docker.compose.project"]);
        Assert.True(container.IsRunning && container.ProcessId > 0);
        Assert.True(File.Exists(container.NetworkNamespace), container.NetworkNamespace);
        Assert.InRange(container.StartedAt, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(1));
        var network = Assert.Single(container.Networks);
        Assert.Equal("bridge", network.Name);
        Assert.Single(network.Addresses);
        Assert.Matches("^([0-9a-f]{2}:){5}[0-9a-f]{2}$", network.MacAddress);
        Assert.Contains(await Client.ListContainersAsync(), c => c.Id == id && c.IsRunning);
        await Client.RemoveContainerAsync(id, force: true);
        Assert.Null(await Client.FindContainerAsync(id));
    }

    [Fact]
    public async Task A_container_on_the_hosts_network_has_no_namespace_of_its_own()
    {
        var id = await daemon.StartContainerAsync("on-host", "host");

        Assert.Equal("", (await Client.FindContainerAsync(id))!.NetworkNamespace);
        await Client.RemoveContainerAsync(id, force: true);
    }

    [Fact]
    public async Task A_container_on_anothers_network_has_the_namespace_of_that_one()
    {
        var owner = await daemon.StartContainerAsync("owner");
        var guest = await daemon.StartContainerAsync("guest", "container:owner");

        Assert.Equal((await Client.FindContainerAsync(owner))!.NetworkNamespace, (await Client.FindContainerAsync(guest))!.NetworkNamespace);
        await Client.RemoveContainerAsync(guest, force: true);
        await Client.RemoveContainerAsync(owner, force: true);
    }

    [Fact]
    public async Task A_stopped_container_has_no_addresses_and_no_namespace()
    {
        var id = await daemon.StartContainerAsync("stopped");

        await Client.StopContainerAsync(id, TimeSpan.Zero);
        await Client.StopContainerAsync(id, TimeSpan.Zero);

        var container = (await Client.FindContainerAsync(id))!;
        Assert.Equal((false, 0, ""), (container.IsRunning, container.ProcessId, container.NetworkNamespace));
        Assert.All(container.Networks, n => Assert.Empty(n.Addresses));
        Assert.DoesNotContain(await Client.ListContainersAsync(), c => c.Id == id);
        Assert.Contains(await Client.ListContainersAsync(all: true), c => c.Id == id && c.State == "exited");
        await Client.RemoveContainerAsync(id);
    }

    [Fact]
    public async Task A_bridge_network_is_told_with_its_interface_and_subnets()
    {
        var id = await Client.CreateNetworkAsync("two-families", [IPNetwork.Parse("10.77.0.0/24"), IPNetwork.Parse("fd77::/64")]);
        var container = await daemon.StartContainerAsync("two-families", "two-families");

        var network = Assert.Single(await Client.ListNetworksAsync(), n => n.Id == id);

        Assert.Equal(("two-families", "bridge", $"br-{id[..12]}"), (network.Name, network.Driver, network.BridgeInterface));
        Assert.Equal([IPNetwork.Parse("10.77.0.0/24"), IPNetwork.Parse("fd77::/64")], network.Subnets);
        Assert.Equal([IPAddress.Parse("10.77.0.2"), IPAddress.Parse("fd77::2")],
            (await Client.FindContainerAsync(container))!.Networks.Single().Addresses);
        Assert.Equal("docker0", (await Client.FindNetworkAsync("bridge"))!.BridgeInterface);
        await Client.RemoveContainerAsync(container, force: true);
        await Client.RemoveNetworkAsync(id);
        Assert.Null(await Client.FindNetworkAsync(id));
    }

    [Fact]
    public async Task A_container_can_publish_a_port_and_have_an_environment()
    {
        var id = await Client.CreateContainerAsync(new(DockerDaemon.Image)
        {
            Command = ["/sleep"],
            Environment = ImmutableDictionary<string, string>.Empty.Add("A", "b=c"),
            PublishedPorts = [new(new(Transport.Tcp, 80), 18080), new(new(Transport.Udp, 53), 0, IPAddress.Loopback)],
        });

        await Client.StartContainerAsync(id);

        Assert.True((await Client.FindContainerAsync(id))!.IsRunning);
        await Client.RemoveContainerAsync(id, force: true);
    }

    [Fact]
    public async Task An_image_exists_once_it_was_imported()
    {
        Assert.True(await Client.ImageExistsAsync(DockerDaemon.Image));
        Assert.False(await Client.ImageExistsAsync("bulwark-test/none:1"));
    }

    [Fact]
    public async Task An_image_is_gone_once_it_was_removed()
    {
        await using var tar = await DockerDaemon.ImageAsync("/dev/null");
        await Client.ImportImageAsync(tar, "bulwark-test/short-lived", "1");

        await Client.RemoveImageAsync("bulwark-test/short-lived:1");

        Assert.False(await Client.ImageExistsAsync("bulwark-test/short-lived:1"));
    }

    [Fact]
    public async Task A_program_in_a_container_is_run_to_its_end_and_tells_what_it_wrote()
    {
        var id = await daemon.StartContainerAsync("exec");

        var good = await Client.ExecAsync(id, ["/sleep", "--say"]);
        var bad = await Client.ExecAsync(id, ["/sleep", "--fail"]);

        Assert.Equal(new(0, "said\n"), good);
        Assert.Equal(7, bad.ExitCode);
        await Client.RemoveContainerAsync(id, force: true);
    }

    [Fact]
    public async Task An_archive_that_is_none_is_refused_with_a_reason() =>
        await Assert.ThrowsAsync<DockerException>(() => Client.ImportImageAsync(new MemoryStream([1, 2, 3]), "bulwark-test/broken", "1"));

    [Fact]
    public async Task A_refusal_says_what_was_tried_and_what_the_daemon_said()
    {
        var refused = await Assert.ThrowsAsync<DockerException>(() => Client.CreateContainerAsync(new("bulwark-test/none:1")));

        Assert.Equal(HttpStatusCode.NotFound, refused.Status);
        Assert.Contains("/containers/create", refused.Message, StringComparison.Ordinal);
        Assert.Contains("No such image: bulwark-test/none:1", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_since_a_moment_are_told_again()
    {
        var since = DateTimeOffset.UtcNow.AddMilliseconds(-10);
        var id = await daemon.StartContainerAsync("past");
        await Client.RemoveContainerAsync(id, force: true);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));

        using var events = await Client.OpenEventsAsync(since, patience.Token);
        var seen = new List<string>();
        await foreach (var next in events.WithCancellation(patience.Token))
        {
            if (next.Id == id || next.ContainerId == id)
                seen.Add(next.Action);
            if (next.Action == "destroy" && next.Id == id)
                break;
        }

        Assert.Equal(["connect", "create", "destroy", "die", "disconnect", "start"], seen.Order(StringComparer.Ordinal));
    }
}
