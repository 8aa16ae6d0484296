using Bulwark.Agent.Starts;

namespace Bulwark.Agent;

/// <summary>What an agent works with.</summary>
public sealed record AgentOptions
{
    /// <summary>Where kernel programs and maps are pinned: a directory on a bpf file system.</summary>
    public string BpfRoot { get; init; } = "/sys/fs/bpf/bulwark";

    /// <summary>The Docker daemons to watch, as <c>unix://PATH</c>.</summary>
    public IReadOnlyList<string> Dockers { get; init; } = ["unix:///var/run/docker.sock"];

    /// <summary>Whether packets of open connections may go from one container right to another, past a bridge that does nothing with them.</summary>
    public bool PassBridges { get; init; } = true;

    /// <summary>The unix socket on which <c>bulwark runtime</c> asks whether a container may start.</summary>
    public string StartSocket { get; init; } = "/run/bulwark/" + StartQuestion.SocketName;
}
