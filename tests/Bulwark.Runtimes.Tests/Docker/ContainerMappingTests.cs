using System.Net;
using System.Text.Json;
using Bulwark.Runtimes.Docker;
using Bulwark.Runtimes.Docker.Wire;

namespace Bulwark.Runtimes.Tests.Docker;

public sealed class ContainerMappingTests
{
    [Fact]
    public void A_running_container_has_all_its_addresses_in_all_its_networks()
    {
        var (container, owner) = Map("""
            {"Id":"abc","Name":"/web","Path":"/bin/web","Args":["-p","80"],"Image":"sha256:d1",
             "State":{"Status":"running","Running":true,"Pid":42,"StartedAt":"2026-11-24T17:12:37.924595469Z"},
             "Config":{"Image":"shop/web:1.2","Labels":{"a":"b"},"Entrypoint":["ignored"]},"HostConfig":{"NetworkMode":"shop"},
             "NetworkSettings":{"SandboxKey":"/run/docker/netns/f00","Networks":{
               "shop":{"NetworkID":"n2","IPAddress":"10.1.0.2","GlobalIPv6Address":"fd00::2","MacAddress":"02:42:0a:01:00:02"},
               "back":{"NetworkID":"n1","IPAddress":"10.2.0.2","GlobalIPv6Address":"","MacAddress":""}}}}
            """);

        Assert.Equal(("abc", "web", "shop/web:1.2", "sha256:d1"), (container.Id, container.Name, container.Image, container.ImageDigest));
        Assert.Equal(["/bin/web", "-p", "80"], container.Command);
        Assert.Equal("b", container.Labels["a"]);
        Assert.Equal((42, true, "/run/docker/netns/f00"), (container.ProcessId, container.IsRunning, container.NetworkNamespace));
        Assert.Equal(new DateTimeOffset(2026, 11, 24, 17, 12, 37, TimeSpan.Zero), container.StartedAt, TimeSpan.FromSeconds(1));
        Assert.Equal(["back", "shop"], container.Networks.Select(n => n.Name));
        Assert.Equal([IPAddress.Parse("10.1.0.2"), IPAddress.Parse("fd00::2")], container.Networks[1].Addresses);
        Assert.Equal(("n2", "02:42:0a:01:00:02"), (container.Networks[1].Id, container.Networks[1].MacAddress));
        Assert.Equal("", owner);
    }

    [Theory]
    [InlineData("""{"Name":"overlay2","Data":{"UpperDir":"/d/u/diff","LowerDir":"/d/i/diff:/d/a/diff","MergedDir":"/d/u/merged"}}""", "/d/u/diff < /d/i/diff < /d/a/diff")]
    [InlineData("""{"Name":"overlay2","Data":{"UpperDir":"u/diff","LowerDir":"/d/a/diff"}}""", null)]
    [InlineData("""{"Name":"overlay2","Data":{"UpperDir":"/u/diff","LowerDir":"/d/a:l/X"}}""", null)]
    [InlineData("""{"Name":"overlay2","Data":{"UpperDir":"/u/diff"}}""", null)]
    [InlineData("""{"Name":"overlay2","Data":null}""", null)]
    [InlineData("""{"Name":"btrfs","Data":{"UpperDir":"/u","LowerDir":"/l"}}""", null)]
    [InlineData("null", null)]
    public void Where_its_files_lie_on_the_host_is_told_for_overlayfs(string driver, string? expected)
    {
        var root = Map($$"""{"Id":"a","GraphDriver":{{driver}}}""").Container.Root;

        Assert.Equal(expected, root is null ? null : string.Join(" < ", root.Lower.Prepend(root.Upper)));
    }

    [Fact]
    public void Mounts_are_told_but_for_those_in_memory_which_start_empty()
    {
        var mounts = Map("""
            {"Id":"a","Mounts":[{"Type":"volume","Destination":"/data"},{"Type":"tmpfs","Destination":"/tmp"},{"Type":"bind","Destination":"relative"},{"Type":"bind"}]}
            """).Container.Mounts;

        Assert.Equal(["/data"], mounts);
        Assert.Null(Map("""{"Id":"a"}""").Container.Mounts);
    }

    [Fact]
    public void A_container_on_the_hosts_network_has_no_namespace() => Assert.Equal("", Map("""
        {"Id":"a","State":{"Status":"running","Running":true},"HostConfig":{"NetworkMode":"host"},
         "NetworkSettings":{"SandboxKey":"/run/docker/netns/default"}}
        """).Container.NetworkNamespace);

    [Fact]
    public void A_container_on_anothers_network_names_that_one() => Assert.Equal("0123", Map("""
        {"Id":"a","HostConfig":{"NetworkMode":"container:0123"},"NetworkSettings":{"Networks":{}}}
        """).NetworkOwner);

    [Fact]
    public void The_sandbox_of_a_container_that_ended_is_not_told() => Assert.Equal("", Map("""
        {"Id":"a","State":{"Status":"exited"},"NetworkSettings":{"SandboxKey":"/run/docker/netns/gone"}}
        """).Container.NetworkNamespace);

    [Fact]
    public void A_container_between_two_runs_does_not_run()
    {
        var container = Map("""{"Id":"a","State":{"Status":"restarting","Running":true,"Restarting":true,"Pid":7}}""").Container;

        Assert.Equal((false, 0), (container.IsRunning, container.ProcessId));
    }

    [Fact]
    public void A_container_without_a_path_has_the_command_of_its_image() => Assert.Equal(["/e", "c"], Map("""
        {"Id":"a","Path":"","Config":{"Entrypoint":["/e"],"Cmd":["c"]}}
        """).Container.Command);

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"Id":null,"Name":null,"Args":null,"State":null,"Config":null,"HostConfig":null,"NetworkSettings":null}""")]
    [InlineData("""{"Config":{"Labels":null,"Cmd":null},"State":{"StartedAt":"0001-01-01T00:00:00Z"},"NetworkSettings":{"Networks":{"n":null}}}""")]
    [InlineData("""{"State":{"StartedAt":"yesterday"},"NetworkSettings":{"Networks":{"n":{"IPAddress":"none"}}}}""")]
    public void What_the_daemon_leaves_out_is_empty(string json)
    {
        var container = Map(json).Container;

        Assert.Equal(("", "", "", false), (container.Id, container.Name, container.Image, container.IsRunning));
        Assert.True(container.StartedAt == default && container.Command.IsEmpty && container.Labels.IsEmpty);
        Assert.All(container.Networks, n => Assert.Empty(n.Addresses));
    }

    private static InspectedContainer Map(string json) =>
        ContainerMapping.ToContainer(JsonSerializer.Deserialize(json, DockerJson.Default.ContainerJson)!);
}
