using System.Collections.Concurrent;
using Bulwark.Runtimes.Docker;

namespace Bulwark.Runtimes.Tests.Docker;

[Collection(DockerDaemonTests.Name)]
public sealed class DockerWatcherTests(DockerDaemon daemon)
{
    [Fact]
    public async Task What_already_runs_is_told_first()
    {
        var id = await daemon.StartContainerAsync("before");
        await using var watch = new Watch(daemon);

        await watch.UntilAsync(() => watch.Watcher.Connected);

        Assert.Contains(watch.Changes, c => c is ContainerChanged { Container: { IsRunning: true } container } && container.Id == id);
        Assert.Contains(watch.Changes, c => c is NetworkChanged { Network.BridgeInterface: "docker0" });
        await daemon.Client.RemoveContainerAsync(id, force: true);
    }

    [Fact]
    public async Task A_container_is_told_with_its_address_before_its_process_runs()
    {
        await using var watch = await Watch.ConnectedAsync(daemon);
        var id = await daemon.Client.CreateContainerAsync(new(DockerDaemon.Image) { Name = "early", Command = ["/sleep"] });
        await watch.UntilAsync(() => watch.Of(id).Any());

        await daemon.Client.StartContainerAsync(id);
        await watch.UntilAsync(() => watch.Of(id).Any(c => c.IsRunning));

        var told = watch.Of(id);
        var address = told.Last().Networks.Single().Addresses.Single();
        Assert.Contains(told.TakeWhile(c => !c.IsRunning), c => c.Networks.Any(n => n.Addresses.Contains(address) && n.MacAddress.Length > 0));
        Assert.All(told, c => Assert.Equal(["/sleep"], c.Command));
        await daemon.Client.RemoveContainerAsync(id, force: true);
    }

    [Fact]
    public async Task A_container_that_ends_is_told_as_stopped_and_then_as_removed()
    {
        await using var watch = await Watch.ConnectedAsync(daemon);
        var id = await daemon.StartContainerAsync("ends");
        await watch.UntilAsync(() => watch.Of(id).Any(c => c.IsRunning));

        await daemon.Client.StopContainerAsync(id, TimeSpan.Zero);
        await watch.UntilAsync(() => watch.Of(id).LastOrDefault() is { IsRunning: false });
        Assert.All(watch.Of(id).Last().Networks, n => Assert.Empty(n.Addresses));
        await daemon.Client.RemoveContainerAsync(id);

        await watch.UntilAsync(() => watch.Changes.Contains(new ContainerRemoved(id)));
    }

    [Fact]
    public async Task A_network_that_a_running_container_joins_and_leaves_is_told()
    {
        await using var watch = await Watch.ConnectedAsync(daemon);
        var id = await daemon.StartContainerAsync("joins");
        var network = await daemon.Client.CreateNetworkAsync("joined");
        await watch.UntilAsync(() => watch.Changes.Any(c => c is NetworkChanged changed && changed.Network.Id == network));

        await daemon.Client.ConnectAsync(network, id);
        await watch.UntilAsync(() => watch.Of(id).LastOrDefault() is { IsRunning: true, Networks.Length: 2 });
        await daemon.Client.DisconnectAsync(network, id);
        await watch.UntilAsync(() => watch.Of(id).LastOrDefault() is { IsRunning: true, Networks.Length: 1 });
        await daemon.Client.RemoveNetworkAsync(network);

        await watch.UntilAsync(() => watch.Changes.Contains(new NetworkRemoved(network)));
        await daemon.Client.RemoveContainerAsync(id, force: true);
    }

    [Fact]
    public async Task A_guest_on_anothers_network_follows_it_to_its_next_namespace()
    {
        await using var watch = await Watch.ConnectedAsync(daemon);
        var owner = await daemon.StartContainerAsync("moving-owner");
        var guest = await daemon.StartContainerAsync("moving-guest", "container:moving-owner");
        await watch.UntilAsync(() => watch.Of(guest).LastOrDefault() is { IsRunning: true });
        var first = watch.Of(guest).Last().NetworkNamespace;

        await daemon.Client.StopContainerAsync(owner, TimeSpan.Zero);
        await daemon.Client.StartContainerAsync(owner);

        await watch.UntilAsync(() => watch.Of(owner).Last() is { IsRunning: true } now && now.NetworkNamespace != first
            && watch.Of(guest).Last().NetworkNamespace == now.NetworkNamespace);
        await daemon.Client.RemoveContainerAsync(guest, force: true);
        await daemon.Client.RemoveContainerAsync(owner, force: true);
    }

    [Fact]
    public async Task Nothing_is_lost_while_containers_come_during_the_list()
    {
        var ids = new ConcurrentBag<string>();
        var coming = Task.Run(async () =>
        {
            for (var i = 0; i < 12; i++)
                ids.Add(await daemon.StartContainerAsync($"coming-{i}"));
        });
        await using var watch = new Watch(daemon);
        await coming;

        await watch.UntilAsync(() => ids.All(id => watch.Of(id).LastOrDefault() is { IsRunning: true }));

        foreach (var id in ids)
            await daemon.Client.RemoveContainerAsync(id, force: true);
        await watch.UntilAsync(() => ids.All(id => watch.Changes.Contains(new ContainerRemoved(id))));
    }

    [Fact]
    public async Task A_watcher_outlives_the_daemon_and_tells_what_changed_meanwhile()
    {
        await using var watch = await Watch.ConnectedAsync(daemon);
        var kept = await daemon.StartContainerAsync("kept");
        await watch.UntilAsync(() => watch.Of(kept).Any(c => c.IsRunning));

        await daemon.StopAsync();
        await watch.UntilAsync(() => !watch.Watcher.Connected && watch.Watcher.LastError is not null);
        await daemon.StartAsync();
        await watch.UntilAsync(() => watch.Watcher.Connected && watch.Of(kept).Last() is { IsRunning: false });

        var later = await daemon.StartContainerAsync("later");
        await watch.UntilAsync(() => watch.Of(later).Any(c => c.IsRunning));
        await daemon.Client.RemoveContainerAsync(kept);
        await daemon.Client.RemoveContainerAsync(later, force: true);
    }

    [Fact]
    public async Task What_the_sink_throws_ends_the_watch()
    {
        var watcher = new DockerWatcher(daemon.Client);

        await Assert.ThrowsAsync<NotSupportedException>(
            () => watcher.RunAsync(_ => throw new NotSupportedException(), TestContext.Current.CancellationToken));

        Assert.False(watcher.Connected);
    }

    [Fact]
    public async Task A_daemon_that_is_not_there_is_told_in_the_last_error()
    {
        using var client = new DockerClient("unix:///nonexistent/docker.sock");
        var watcher = new DockerWatcher(client);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(1));

        await watcher.RunAsync(_ => ValueTask.CompletedTask, stop.Token);

        Assert.Contains("/nonexistent/docker.sock", watcher.LastError, StringComparison.Ordinal);
    }
}
