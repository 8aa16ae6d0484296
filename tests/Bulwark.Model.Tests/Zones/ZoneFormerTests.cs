using System.Collections.Immutable;
using Bulwark.Model.Zones;
using CsCheck;

namespace Bulwark.Model.Tests.Zones;

public sealed class ZoneFormerTests
{
    [Fact]
    public void A_three_tier_application_is_one_zone()
    {
        var zone = Assert.Single(Form("proxy>web web>app app>db", project: "shop"));
        Assert.Equal("shop", zone.Name);
        Assert.Equal("same compose project shop; talks with app on 80/tcp; proxy on 80/tcp",
            zone.Members.Single(member => member.Peer.Name == "web").Reason);
        Assert.DoesNotContain(zone.Members, member => member.Shared);
    }

    [Theory]
    [InlineData("a>b b>c c>d d>e e>f")]
    [InlineData("hub>a hub>b hub>c hub>d")]
    [InlineData("a>hub b>hub c>hub d>hub")]
    [InlineData("a>b b>c c>a")]
    [InlineData("proxy>web1 proxy>web2 web1>db web2>db")]
    public void A_chain_a_star_a_ring_and_replicas_under_a_proxy_are_one_zone(string graph) => Assert.Single(Form(graph));

    [Fact]
    public void Two_applications_that_share_proxy_and_database_are_two_zones_with_both_in_each()
    {
        var zones = Form("proxy>web1 web1>api1 api1>db proxy>web2 web2>api2 api2>db");
        Assert.Equal(["api1 db proxy web1", "api2 db proxy web2"], Sets(zones));
        Assert.Equal(["db", "proxy"], zones[0].Members.Where(member => member.Shared).Select(member => member.Peer.Name));
    }

    [Fact]
    public void Shared_services_are_found_beneath_a_monitor_that_talks_with_all()
    {
        const string Applications = "proxy>web1 web1>api1 api1>db proxy>web2 web2>api2 api2>db";
        Assert.Equal(["api1 db monitor proxy web1", "api2 db monitor proxy web2"],
            Sets(Form(Applications + " monitor>proxy monitor>web1 monitor>api1 monitor>web2 monitor>api2 monitor>db")));
    }

    [Fact]
    public void A_proxy_with_a_project_of_its_own_belongs_to_the_projects_that_it_serves() =>
        Assert.Equal(["blog/db blog/web edge/proxy", "edge/proxy shop/db shop/web"],
            Sets(FormProjects("edge/proxy>shop/web shop/web>shop/db edge/proxy>blog/web blog/web>blog/db")));

    [Fact]
    public void A_service_that_one_other_project_uses_joins_its_zone()
    {
        var zones = FormProjects("shop/web>shop/db billing/api>billing/db shop/web>billing/api");
        Assert.Equal(["billing/api billing/db", "billing/api shop/db shop/web"], Sets(zones));
    }

    [Fact]
    public void Workloads_that_converse_with_nobody_have_a_zone_each()
    {
        var zones = ZoneFormer.Form([], new Dictionary<Peer, string> { [Peer.Workload("a")] = "", [Peer.Workload("b")] = "" });
        Assert.Equal(["a", "b"], zones.Select(zone => zone.Name));
        Assert.Equal("talks with no other workload or service", zones[0].Members[0].Reason);
    }

    [Fact]
    public void Host_world_and_multicast_glue_nothing_and_a_service_outside_is_a_member_of_each_zone_that_uses_it()
    {
        var name = Peer.HostName("db.example.com");
        ImmutableArray<ZoneEdge> edges =
        [
            .. from workload in (string[])["a", "b"]
               from peer in (Peer[])[Peer.Host, Peer.World, Peer.Multicast, name]
               select new ZoneEdge(Peer.Workload(workload), peer, new(Transport.Tcp, 443), 1),
        ];
        var zones = ZoneFormer.Form(edges, new Dictionary<Peer, string>());
        Assert.Equal(["a db.example.com", "b db.example.com"], Sets(zones));
        Assert.True(zones[0].Members.Single(member => member.Peer == name).Shared);
    }

    [Fact]
    public void Zones_have_different_names()
    {
        var projects = new Dictionary<Peer, string> { [Peer.Workload("x")] = "shop", [Peer.Workload("shop")] = "" };
        Assert.Equal(["shop", "shop-2"], ZoneFormer.Form([], projects).Select(zone => zone.Name));
    }

    [Fact]
    public void Applications_planted_between_shared_services_are_found() =>
        Gen.Select(Gen.Int[2, 6], Gen.Int[2, 5], Gen.Int[1, 3], Gen.Int[1, 3]).Sample((applications, length, proxies, databases) =>
        {
            var edges = new List<string>();
            var expected = new List<string>();
            for (var a = 0; a < applications; a++)
            {
                edges.AddRange(Enumerable.Range(1, length - 1).Select(i => $"app{a}-{i - 1}>app{a}-{i}"));
                edges.AddRange(Enumerable.Range(0, proxies).Select(p => $"proxy{p}>app{a}-0"));
                edges.AddRange(Enumerable.Range(0, databases).Select(d => $"app{a}-{length - 1}>db{d}"));
                expected.Add(string.Join(' ', Enumerable.Range(0, length).Select(i => $"app{a}-{i}")
                    .Concat(Enumerable.Range(0, databases).Select(d => $"db{d}"))
                    .Concat(Enumerable.Range(0, proxies).Select(p => $"proxy{p}"))));
            }
            Assert.Equal(expected, Sets(Form(string.Join(' ', edges))));
        });

    [Fact]
    public void Order_does_not_matter() =>
        Graphs.Select(Gen.Int).Sample((graph, seed) =>
        {
            var shuffled = graph.Edges.ToArray();
            new Random(seed).Shuffle(shuffled);
            Assert.Equal(Text(ZoneFormer.Form(graph.Edges, graph.Projects)),
                Text(ZoneFormer.Form(shuffled, graph.Projects.Reverse().ToDictionary())));
        });

    [Fact]
    public void Names_of_workloads_do_not_matter() =>
        Graphs.Sample(graph =>
        {
            // A renaming that reverses the order of the names.
            static Peer Rename(Peer peer) => Peer.Workload($"w{99 - int.Parse(peer.Name[1..], System.Globalization.CultureInfo.InvariantCulture):D2}");
            var renamed = ZoneFormer.Form(
                [.. graph.Edges.Select(edge => edge with { Client = Rename(edge.Client), Server = Rename(edge.Server) })],
                graph.Projects.ToDictionary(pair => Rename(pair.Key), pair => pair.Value));
            Assert.Equal(Sets(ZoneFormer.Form(graph.Edges, graph.Projects)),
                renamed.Select(zone => string.Join(' ', zone.Members.Select(member => Rename(member.Peer).Name).Order(StringComparer.Ordinal)))
                    .Order(StringComparer.Ordinal));
        });

    [Fact]
    public void Every_workload_is_in_a_zone_and_every_conversation_inside_one() =>
        Graphs.Sample(graph =>
        {
            var zones = ZoneFormer.Form(graph.Edges, graph.Projects);
            var sets = zones.Select(zone => zone.Members.Select(member => member.Peer).ToHashSet()).ToList();
            Assert.All(graph.Edges, edge => Assert.Contains(sets, set => set.Contains(edge.Client) && set.Contains(edge.Server)));
            Assert.All(graph.Projects.Keys, peer => Assert.Contains(sets, set => set.Contains(peer)));
            Assert.All(zones.SelectMany(zone => zone.Members),
                member => Assert.Equal(member.Shared, sets.Count(set => set.Contains(member.Peer)) > 1));
            Assert.Equal(zones.Length, zones.Select(zone => zone.Name).Distinct().Count());
        });

    [Fact]
    public void A_conversation_added_inside_a_project_changes_no_other_zone() =>
        Graphs.Select(Gen.Int[0, 19], Gen.Int[0, 19]).Sample((graph, client, server) =>
        {
            var (from, to) = (Workload(client), Workload(server));
            var project = graph.Projects.GetValueOrDefault(from) ?? "";
            if (project.Length == 0 || graph.Projects.GetValueOrDefault(to) != project || from == to)
                return;
            var before = ZoneFormer.Form(graph.Edges, graph.Projects);
            // Where both are lent to other zones, their conversation shows in the reasons there; membership is what must stay.
            var after = ZoneFormer.Form([.. graph.Edges, new(from, to, new(Transport.Tcp, 81), 1)], graph.Projects);
            Assert.Equal(
                Sets([.. before.Where(zone => !zone.Members.Any(member => member.Peer == from || member.Peer == to))]),
                Sets([.. after.Where(zone => !zone.Members.Any(member => member.Peer == from || member.Peer == to))]));
        });

    private static Peer Workload(int number) => Peer.Workload($"w{number:D2}");

    // Up to 20 workloads, half of them in one of four projects, and conversations at random.
    private static Gen<(ZoneEdge[] Edges, Dictionary<Peer, string> Projects)> Graphs { get; } =
        Gen.Select(
            Gen.Select(Gen.Int[0, 19], Gen.Int[0, 19], Gen.Int[1, 9]).Array[0, 40],
            Gen.Int[0, 7].Array[20],
            (edges, projects) => (
                edges.Select(edge => new ZoneEdge(Workload(edge.Item1), Workload(edge.Item2), new(Transport.Tcp, 80), edge.Item3)).ToArray(),
                projects.Index().ToDictionary(item => Workload(item.Index), item => item.Item < 4 ? $"p{item.Item}" : "")));

    private static ImmutableArray<Zone> Form(string graph, string project = "")
    {
        var edges = Parse(graph);
        return ZoneFormer.Form(edges, edges.SelectMany(edge => (Peer[])[edge.Client, edge.Server]).Distinct().ToDictionary(peer => peer, _ => project));
    }

    private static ImmutableArray<Zone> FormProjects(string graph)
    {
        var edges = Parse(graph);
        return ZoneFormer.Form(edges, edges.SelectMany(edge => (Peer[])[edge.Client, edge.Server]).Distinct()
            .ToDictionary(peer => peer, peer => peer.Name.Split('/')[0]));
    }

    private static List<ZoneEdge> Parse(string graph) =>
    [
        .. from edge in graph.Split(' ')
           let ends = edge.Split('>')
           select new ZoneEdge(Peer.Workload(ends[0]), Peer.Workload(ends[1]), new(Transport.Tcp, 80), 1),
    ];

    private static IEnumerable<string> Sets(ImmutableArray<Zone> zones) =>
        zones.Select(zone => string.Join(' ', zone.Members.Select(member => member.Peer.Name).Order(StringComparer.Ordinal)))
            .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Text(ImmutableArray<Zone> zones) =>
        zones.Select(zone => $"{zone.Name}: {string.Join(" | ", zone.Members)}");
}
