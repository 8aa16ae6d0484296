using System.Text;
using Bulwark.Model.Profiles;

namespace Bulwark.Model.Export;

/// <summary>What both Kubernetes formats have in common.</summary>
internal static class PolicyExport
{
    /// <summary>Allowed conversations of one direction by peer, sorted.</summary>
    public static IEnumerable<IGrouping<Peer, ServerPort>> ByPeer(Profile profile, Direction direction) =>
        profile.Entries.Values
            .Where(entry => entry.Key.Direction == direction && ProfileLookup.IsUsable(entry))
            .Select(entry => entry.Key)
            .Order()
            .GroupBy(key => key.Peer, key => key.Port);

    /// <summary>Whether the workload asks for names: it has to resolve what it connects to.</summary>
    public static bool NeedsDns(Profile profile) =>
        ByPeer(profile, Direction.Out).Any(peer => peer.Key.Kind is PeerKind.Workload or PeerKind.Name);

    public static string Documents(
        string title, IEnumerable<ExportedWorkload> workloads, Func<ExportedWorkload, List<string>, YamlMap> document)
    {
        var text = new StringBuilder();
        YamlText.AppendComment(text, title);
        YamlText.AppendComment(text, "Pods are selected by the labels \"app\" and \"project\"; change them to those that yours carry.");
        foreach (var workload in workloads.OrderBy(exported => exported.Workload.Name, StringComparer.Ordinal))
        {
            var omissions = new List<string>();
            var policy = document(workload, omissions);
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
}
