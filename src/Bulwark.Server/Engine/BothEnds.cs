using Bulwark.Model;
using Bulwark.Model.Profiles;
using Bulwark.Model.Workloads;
using Bulwark.Server.Api;

namespace Bulwark.Server.Engine;

/// <summary>
/// A conversation between two workloads is judged at both ends, each by its own profile: whoever allows it has to think of both.
/// </summary>
internal static class BothEnds
{
    /// <summary>The peer of a conversation and what the conversation is there; null if the peer is no workload that is known.</summary>
    public static (WorkloadState Workload, ProfileKey Key)? Other(ServerState state, Workload workload, ProfileKey key) =>
        key.SeenFromPeer(workload.Peer) is { } other
        && state.Workloads.Values.FirstOrDefault(w => w.Workload.Name == key.Peer.Name) is { } peer ? (peer, other) : null;

    /// <summary>Whether an end would not let the conversation pass. One that learns does, and learns it.</summary>
    public static bool IsMissing(Profile profile, ProfileKey key) =>
        profile.Mode != Mode.Learn && ProfileLookup.Cover(profile, key) is null;

    /// <summary>Why the other end needs an entry, as a sentence.</summary>
    public static string Why(WorkloadState other) =>
        $"{other.Workload.Name} is in {ReportText.CamelCase(other.Profile.Mode)} too, and a conversation needs an entry at both ends.";
}
