using System.Net;
using System.Text.Json;
using Bulwark.Runtimes.Docker;
using Bulwark.Runtimes.Docker.Wire;

namespace Bulwark.Runtimes.Tests.Docker;

public sealed class NetworkMappingTests
{
    [Fact]
    public void A_bridge_is_named_after_its_network_unless_it_was_given_a_name()
    {
        Assert.Equal("br-0123456789ab", Map("""{"Id":"0123456789abcdef","Driver":"bridge"}""").BridgeInterface);
        Assert.Equal("docker0", Map("""
            {"Id":"0123456789abcdef","Driver":"bridge","Options":{"com.docker.network.bridge.name":"docker0"}}
            """).BridgeInterface);
        Assert.Equal("", Map("""{"Id":"0123456789abcdef","Driver":"overlay"}""").BridgeInterface);
    }

    [Fact]
    public void Subnets_and_gateways_are_read_in_both_families_and_others_skipped()
    {
        var network = Map("""
            {"IPAM":{"Config":[{"Subnet":"10.1.2.3/16","Gateway":"10.1.0.1"},{"Subnet":"fd00::/64","Gateway":"fd00::1/64"},
             {"Subnet":"10.0.0.0/33"},{"Subnet":"nonsense"},{}]}}
            """);

        Assert.Equal([IPNetwork.Parse("10.1.0.0/16"), IPNetwork.Parse("fd00::/64")], network.Subnets);
        Assert.Equal([IPAddress.Parse("10.1.0.1"), IPAddress.Parse("fd00::1")], network.Gateways);
    }

    [Fact]
    public void A_containers_place_is_found_by_its_id()
    {
        var json = Json("""
            {"Id":"n","Name":"shop","Containers":{"c":{"MacAddress":"02:42:0a:01:00:02","IPv4Address":"10.1.0.2/16","IPv6Address":""}}}
            """);

        var place = NetworkMapping.Endpoint(json, "c")!;

        Assert.Equal(("shop", "n", "02:42:0a:01:00:02"), (place.Name, place.Id, place.MacAddress));
        Assert.Equal([IPAddress.Parse("10.1.0.2")], place.Addresses);
        Assert.Null(NetworkMapping.Endpoint(json, "other"));
    }

    [Fact]
    public void Services_are_read_with_their_virtual_address_and_those_of_their_tasks()
    {
        var network = Map("""
            {"Id":"n","Name":"shop","Scope":"swarm","Containers":{"lb-shop":{"IPv4Address":"10.0.1.5/24"},"lb-other":{"IPv4Address":"10.0.1.6/24"}},"Driver":"overlay","Services":{
              "web":{"VIP":"10.0.1.2","Ports":[],"LocalLBIndex":256,"Tasks":[{"Name":"web.1","EndpointIP":"10.0.1.3"},{"EndpointIP":"nonsense"},null]},
              "":{"VIP":"<nil>","Tasks":[{"EndpointIP":"10.0.1.9"}]},"none":null,"rr":{"VIP":"","Tasks":null}}}
            """);

        Assert.True(network.IsOfSwarm);
        Assert.Equal([IPAddress.Parse("10.0.1.5")], network.Balancers);
        var service = Assert.Single(network.Services);
        Assert.Equal(("web", IPAddress.Parse("10.0.1.2")), (service.Name, service.Address));
        Assert.Equal([IPAddress.Parse("10.0.1.3")], service.Tasks);
        Assert.False(Map("""{"Id":"n","Scope":"local","Driver":"bridge"}""").IsOfSwarm);
    }

    private static RuntimeNetwork Map(string json) => NetworkMapping.ToNetwork(Json(json));

    private static NetworkJson Json(string json) => JsonSerializer.Deserialize(json, DockerJson.Default.NetworkJson)!;
}
