using System.Net;
using Bulwark.Model.Profiles;
using Bulwark.Model.Workloads;

namespace Bulwark.Model.Export;

/// <summary>
/// Writes profiles as Kubernetes <c>NetworkPolicy</c> (networking.k8s.io/v1): one document a workload, which also denies all else. What
/// the format cannot express (host names, ICMP, the host) is listed in comments.
/// </summary>
public static class NetworkPolicyWriter
{
    private static readonly PolicyFormat Format = new(
        "Kubernetes NetworkPolicy", "networking.k8s.io/v1", "NetworkPolicy", Rules, DnsRule,
        (selector, ingress, egress) => new YamlMap(
            ("podSelector", selector),
            ("policyTypes", new YamlList(["Ingress", "Egress"])),
            ("ingress", new YamlList(ingress)),
            ("egress", new YamlList(egress))));

    public static string Write(IReadOnlyCollection<ExportedWorkload> workloads) => PolicyExport.Write(Format, workloads);

    private static List<YamlNode> Rules(
        Profile profile, Direction direction, IReadOnlyDictionary<Peer, Workload> known, List<string> omissions)
    {
        var rules = new List<YamlNode>();
        foreach (var conversations in PolicyExport.ByPeer(profile, direction))
        {
            var peers = Peers(conversations.Key, known, out var why);
            var ports = new List<YamlNode>();
            var isAnything = false;
            foreach (var port in conversations)
            {
                if (peers.Count == 0)
                    omissions.Add(PolicyExport.Omission(direction, conversations.Key, port, why));
                else if (port == ProfileLookup.AnyPort)
                    isAnything = true;
                else if (!port.Transport.HasPorts)
                    omissions.Add(PolicyExport.Omission(direction, conversations.Key, port, "only TCP, UDP and SCTP can be"));
                else
                    ports.Add(Port(port));
            }
            if (peers.Count == 0 || (ports.Count == 0 && !isAnything))
                continue;
            (string, YamlNode) side = (direction == Direction.In ? "from" : "to", new YamlList(peers));
            rules.Add(isAnything ? new YamlMap(side) : new YamlMap(side, ("ports", new YamlList(ports))));
        }
        return rules;
    }

    private static List<YamlNode> Peers(Peer peer, IReadOnlyDictionary<Peer, Workload> known, out string why)
    {
        why = "";
        switch (peer.Kind)
        {
            case PeerKind.Workload when known.TryGetValue(peer, out var workload):
                return [new YamlMap(("podSelector", new YamlMap(("matchLabels", KubernetesNames.Labels(workload)))))];
            case PeerKind.Workload:
                why = "the workload is not known";
                return [];
            case PeerKind.Range when IPNetwork.TryParse(peer.Name, out var range):
                return [Block(range.ToString())];
            case PeerKind.World:
                return [Block("0.0.0.0/0"), Block("::/0")];
            case PeerKind.Name:
                why = "host names cannot be";
                return [];
            default:
                why = "this kind of peer cannot be";
                return [];
        }
    }

    private static YamlMap Block(string cidr) => new(("ipBlock", new YamlMap(("cidr", cidr))));

    private static YamlMap Port(ServerPort port)
    {
        var protocol = port.Transport.ToString().ToUpperInvariant();
        return port.Port == 0 ? new(("protocol", protocol)) : new(("protocol", protocol), ("port", (int)port.Port));
    }

    // Containers ask the runtime's own DNS, which no profile shows; pods need to reach the cluster's.
    private static YamlMap DnsRule() => new(
        ("to", new YamlList(
        [
            new YamlMap(
                ("namespaceSelector", new YamlMap(("matchLabels", new YamlMap(("kubernetes.io/metadata.name", "kube-system"))))),
                ("podSelector", new YamlMap(("matchLabels", new YamlMap(("k8s-app", "kube-dns")))))),
        ])),
        ("ports", new YamlList([Port(new(Transport.Udp, 53)), Port(new(Transport.Tcp, 53))])));
}
