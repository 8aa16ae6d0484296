using Bulwark.Model.Profiles;
using Bulwark.Model.Workloads;

namespace Bulwark.Model.Export;

/// <summary>A format of policies for Kubernetes: what it does in its own way.</summary>
/// <param name="Title">Its name in the comment at the top.</param>
/// <param name="Rules">The rules of one direction.</param>
/// <param name="DnsRule">The rule that lets names be resolved.</param>
/// <param name="Specification">Everything below <c>spec</c>, from the selector of the workload's pods and the rules in and out.</param>
internal sealed record PolicyFormat(
    string Title, string ApiVersion, string Kind, RuleWriter Rules, Func<YamlMap> DnsRule,
    Func<YamlMap, List<YamlNode>, List<YamlNode>, YamlMap> Specification);

/// <summary>Writes the rules of one direction, and adds a phrase to <paramref name="omissions"/> for what they cannot express.</summary>
internal delegate List<YamlNode> RuleWriter(
    Profile profile, Direction direction, IReadOnlyDictionary<Peer, Workload> known, List<string> omissions);
