using System.Globalization;
using System.Net;
using Bulwark.Model.Profiles;
using Bulwark.Model.Workloads;

namespace Bulwark.Model.Export;

/// <summary>
/// Writes profiles as <c>CiliumNetworkPolicy</c> (cilium.io/v2): one document a workload, which also denies all else. Host names become
/// <c>toFQDNs</c>, with the DNS rule that they need. What the format cannot express is listed in comments.
/// </summary>
public static class CiliumNetworkPolicyWriter
{
    private static readonly PolicyFormat Format = new(
        "CiliumNetworkPolicy", "cilium.io/v2", "CiliumNetworkPolicy", Rules, DnsRule,
        (selector, ingress, egress) => new YamlMap(
            ("endpointSelector", selector),
            ("ingress", OrDenyAll(ingress)),
            ("egress", OrDenyAll(egress))));

    public static string Write(IReadOnlyCollection<ExportedWorkload> workloads) => PolicyExport.Write(Format, workloads);

    // Only a rule turns on 'deny what is not allowed'; the empty one allows nothing.
    private static YamlList OrDenyAll(List<YamlNode> rules) => new(rules.Count > 0 ? rules : [new YamlMap([])]);

    private static List<YamlNode> Rules(
        Profile profile, Direction direction, IReadOnlyDictionary<Peer, Workload> known, List<string> omissions)
    {
        var rules = new List<YamlNode>();
        foreach (var conversations in PolicyExport.ByPeer(profile, direction))
        {
            var side = Side(conversations.Key, direction, known, out var why);
            var ports = new List<YamlNode>();
            var requests = new List<YamlNode>();
            var isAnything = false;
            foreach (var port in conversations)
            {
                if (side is null)
                    omissions.Add(PolicyExport.Omission(direction, conversations.Key, port, why));
                else if (port == ProfileLookup.AnyPort)
                    isAnything = true;
                else if (port.Transport.HasPorts)
                    ports.Add(Port(port));
                else if ((port.Transport == Transport.Icmp || port.Transport == Transport.IcmpV6) && port.Port is > 0 and <= 255)
                    requests.Add(Request(port));
                else
                    omissions.Add(PolicyExport.Omission(direction, conversations.Key, port, "this protocol cannot be"));
            }
            if (side is not { } named)
                continue;
            if (isAnything)
            {
                rules.Add(new YamlMap(named));
                continue;
            }
            // One rule may have toPorts or icmps, not both.
            if (ports.Count > 0)
                rules.Add(new YamlMap(named, ("toPorts", new YamlList([new YamlMap(("ports", new YamlList(ports)))]))));
            if (requests.Count > 0)
                rules.Add(new YamlMap(named, ("icmps", new YamlList([new YamlMap(("fields", new YamlList(requests)))]))));
        }
        return rules;
    }

    private static (string Key, YamlNode Value)? Side(
        Peer peer, Direction direction, IReadOnlyDictionary<Peer, Workload> known, out string why)
    {
        why = "";
        var prefix = direction == Direction.In ? "from" : "to";
        switch (peer.Kind)
        {
            case PeerKind.Workload when known.TryGetValue(peer, out var workload):
                return (prefix + "Endpoints", new YamlList([new YamlMap(("matchLabels", KubernetesNames.Labels(workload)))]));
            case PeerKind.Workload:
                why = "the workload is not known";
                return null;
            case PeerKind.Range when IPNetwork.TryParse(peer.Name, out var range):
                return (prefix + "CIDR", new YamlList([range.ToString()]));
            case PeerKind.Host:
                return (prefix + "Entities", new YamlList(["host"]));
            case PeerKind.World:
                return (prefix + "Entities", new YamlList(["world"]));
            case PeerKind.Name when direction == Direction.In:
                why = "host names can be servers only";
                return null;
            // The characters that toFQDNs.matchName takes.
            case PeerKind.Name when peer.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'):
                return ("toFQDNs", new YamlList([new YamlMap(("matchName", peer.Name))]));
            case PeerKind.Name:
                why = "the host name has characters that toFQDNs does not take";
                return null;
            default:
                why = "this kind of peer cannot be";
                return null;
        }
    }

    private static YamlMap Port(ServerPort port)
    {
        var protocol = port.Transport.ToString().ToUpperInvariant();
        return port.Port == 0
            ? new(("port", "1"), ("endPort", ushort.MaxValue), ("protocol", protocol))
            : new(("port", port.Port.ToString(CultureInfo.InvariantCulture)), ("protocol", protocol));
    }

    private static YamlMap Request(ServerPort port) =>
        new(("family", port.Transport == Transport.Icmp ? "IPv4" : "IPv6"), ("type", (int)port.Port));

    // toFQDNs learns the addresses of names from answers that pass Cilium's DNS proxy, which this rule makes them do.
    private static YamlMap DnsRule() => new(
        ("toEndpoints", new YamlList(
        [
            new YamlMap(("matchLabels", new YamlMap(("k8s:io.kubernetes.pod.namespace", "kube-system"), ("k8s:k8s-app", "kube-dns")))),
        ])),
        ("toPorts", new YamlList(
        [
            new YamlMap(
                ("ports", new YamlList([new YamlMap(("port", "53"), ("protocol", "ANY"))])),
                ("rules", new YamlMap(("dns", new YamlList([new YamlMap(("matchPattern", "*"))]))))),
        ])));
}
