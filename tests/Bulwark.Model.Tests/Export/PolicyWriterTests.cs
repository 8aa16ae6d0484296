using System.Net;
using Bulwark.Model.Export;
using Bulwark.Model.Learning;
using Bulwark.Model.Workloads;

namespace Bulwark.Model.Tests.Export;

public sealed class PolicyWriterTests
{
    private static readonly Workload Web = new(new(256), "shop/web", WorkloadKind.Compose) { Project = "shop" };

    [Fact]
    public void A_network_policy_has_pods_ranges_and_comments_for_the_rest() => Assert.Equal(
        """
        # Kubernetes NetworkPolicy, one for each workload.
        # Pods are selected by the labels "app" and "project"; change them to those that yours carry.
        ---
        # Workload shop/web
        # Not expressed: <- host 8/icmp (this kind of peer cannot be)
        # Not expressed: -> name:api.example.com 443/tcp (host names cannot be)
        apiVersion: "networking.k8s.io/v1"
        kind: "NetworkPolicy"
        metadata:
          name: "shop.web"
        spec:
          podSelector:
            matchLabels:
              app: "web"
              project: "shop"
          policyTypes:
            - "Ingress"
            - "Egress"
          ingress: []
          egress:
            - to:
                - ipBlock:
                    cidr: "203.0.113.0/24"
              ports:
                - protocol: "UDP"
                  port: 123
            - to:
                - namespaceSelector:
                    matchLabels:
                      "kubernetes.io/metadata.name": "kube-system"
                  podSelector:
                    matchLabels:
                      "k8s-app": "kube-dns"
              ports:
                - protocol: "UDP"
                  port: 53
                - protocol: "TCP"
                  port: 53

        """, NetworkPolicyWriter.Write([Exported()]));

    [Fact]
    public void A_cilium_policy_has_names_with_the_dns_rule_that_they_need()
    {
        var text = CiliumNetworkPolicyWriter.Write([Exported()]);
        Assert.Contains(
            """
              ingress:
                - fromEntities:
                    - "host"
                  icmps:
                    - fields:
                        - family: "IPv4"
                          type: 8
              egress:
                - toFQDNs:
                    - matchName: "api.example.com"
                  toPorts:
                    - ports:
                        - port: "443"
                          protocol: "TCP"
                - toCIDR:
                    - "203.0.113.0/24"
            """, text, StringComparison.Ordinal);
        Assert.Contains("""- matchPattern: "*""", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_workload_that_may_do_nothing_is_denied_everything()
    {
        Assert.EndsWith("  ingress: []\n  egress: []\n", NetworkPolicyWriter.Write([new(Web, new("shop/web"))]), StringComparison.Ordinal);
        Assert.EndsWith("  ingress:\n    - {}\n  egress:\n    - {}\n",
            CiliumNetworkPolicyWriter.Write([new(Web, new("shop/web"))]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evil\n---\nkind: ClusterRole")]
    [InlineData("\"\\ # x: [")]
    [InlineData("\u2028\u0085\ud83d\ude00")]
    public void A_hostile_name_stays_inside_its_comment_and_its_string(string name)
    {
        var profile = Learner.Allow(new(name), new(Direction.Out, Peer.HostName(name), new(Transport.Tcp, 1)), default);
        foreach (var text in (string[])
            [
                NetworkPolicyWriter.Write([new(new(new(257), name, WorkloadKind.Image), profile)]),
                CiliumNetworkPolicyWriter.Write([new(new(new(257), name, WorkloadKind.Image), profile)]),
            ])
        {
            Assert.Equal(1, text.Split('\n').Count(line => line == "---"));
            Assert.DoesNotContain(text.Split('\n'), line => line.StartsWith("kind: C", StringComparison.Ordinal));
            Assert.All(text, c => Assert.True(c == '\n' || c is >= ' ' and < '\u007f'));
        }
    }

    [Fact]
    public void Different_workloads_have_different_object_names()
    {
        var text = NetworkPolicyWriter.Write([.. ((string[])["a/b", "a-b", "a.b", "A/b", "a/b/c", "a/b.c", ".", ""])
            .Select((name, i) => new ExportedWorkload(new(new((uint)(300 + i)), name, WorkloadKind.Image), new(name)))]);
        var names = text.Split('\n').Where(line => line.StartsWith("  name: ", StringComparison.Ordinal)).ToList();
        Assert.Equal(8, names.Distinct().Count());
    }

    private static ExportedWorkload Exported()
    {
        var profile = Learner.Allow(new("shop/web"), new(Direction.Out, Peer.HostName("api.example.com"), new(Transport.Tcp, 443)), default);
        profile = Learner.Allow(profile, new(Direction.Out, Peer.Range(IPNetwork.Parse("203.0.113.0/24")), new(Transport.Udp, 123)), default);
        profile = Learner.Allow(profile, new(Direction.In, Peer.Host, new(Transport.Icmp, 8)), default);
        return new(Web, profile);
    }
}
