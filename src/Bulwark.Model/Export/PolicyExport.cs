using System.Text;
using Bulwark.Model.Profiles;
using Bulwark.Model.Workloads;

namespace Bulwark.Model.Export;

/// <summary>Writes profiles as policies for Kubernetes: what both formats have in common.</summary>
internal static class PolicyExport
{
    /// <summary>Allowed conversations of one direction by peer, sorted.</summary>
    public static IEnumerable<IGrouping<Peer, ServerPort>> ByPeer(Profile profile, Direction direction) =>
        profile.Entries.Values
            .Where(entry => entry.Key.Direction == direction && ProfileLookup.IsUsable(entry))
            .Select(entry => entry.Key)
            .Order()
            .GroupBy(key => key.Peer, key => key.Port);

    /// <summary>One document a workload, sorted by name, with what the format cannot express in comments.</summary>
    public static string Write(PolicyFormat format, IReadOnlyCollection<ExportedWorkload> workloads)
    {
        var known = workloads.ToDictionary(exported => exported.Workload.Peer, exported => exported.Workload);
        var text = new StringBuilder();
        YamlText.AppendComment(text, $"{format.Title}, one for each workload.");
        YamlText.AppendComment(text, "Pods are selected by the labels \"app\" and \"project\"; change them to those that yours carry.");
        foreach (var workload in workloads.OrderBy(exported => exported.Workload.Name, StringComparer.Ordinal))
        {
            var omissions = new List<string>();
            var policy = Policy(format, workload, known, omissions);
            text.Append("---\n");
            YamlText.AppendComment(text, $"Workload {workload.Workload.Name}");
            foreach (var omission in omissions.Distinct())
                YamlText.AppendComment(text, "Not expressed: " + omission);
            YamlText.Append(text, policy);
        }
        return text.ToString();
    }

    /// <summary>The phrase for a conversation that the format has no words for.</summary>
    public static string Omission(Direction direction, Peer peer, ServerPort port, string why) =>
        $"{new ProfileKey(direction, peer, port)} ({why})";

    private static YamlMap Policy(
        PolicyFormat format, ExportedWorkload exported, IReadOnlyDictionary<Peer, Workload> known, List<string> omissions)
    {
        var ingress = format.Rules(exported.Profile, Direction.In, known, omissions);
        var egress = format.Rules(exported.Profile, Direction.Out, known, omissions);
        if (NeedsDns(exported.Profile))
            egress.Add(format.DnsRule());
        return new(
            ("apiVersion", format.ApiVersion),
            ("kind", format.Kind),
            ("metadata", new YamlMap(("name", KubernetesNames.Object(exported.Workload.Name)))),
            ("spec", format.Specification(new YamlMap(("matchLabels", KubernetesNames.Labels(exported.Workload))), ingress, egress)));
    }

    // The workload has to resolve what it connects to.
    private static bool NeedsDns(Profile profile) =>
        ByPeer(profile, Direction.Out).Any(peer => peer.Key.Kind is PeerKind.Workload or PeerKind.Name);
}
