using System.Collections.Immutable;
using Bulwark.Model;
using Bulwark.Runtimes.Docker.Authorization;

namespace Bulwark.Server.Api.Contracts;

/// <summary>Allows an event's conversation (<see cref="Event"/>), or one spelled out (the rest).</summary>
public sealed record AllowRequest
{
    public long? Event { get; init; }
    public string? Workload { get; init; }

    /// <summary>The peer that the workload may open connections to.</summary>
    public string? To { get; init; }

    /// <summary>The peer that may open connections to the workload.</summary>
    public string? From { get; init; }

    /// <summary>For example <c>5432/tcp</c>.</summary>
    public string? Port { get; init; }

    /// <summary>The path of the executable that may open it, beside those that may already; all may without.</summary>
    public string? Executable { get; init; }

    /// <summary>Instead of a peer and a port: privileges, for example <c>host-network</c>.</summary>
    public ImmutableArray<string>? Privileges { get; init; }
}

/// <summary>Forgets profile entries: those that match all that is given, or the whole profile.</summary>
public sealed record ForgetRequest
{
    public required string Workload { get; init; }
    public string? Peer { get; init; }
    public string? Port { get; init; }

    /// <summary>Instead of a peer and a port: privileges, for example <c>host-network</c>.</summary>
    public ImmutableArray<string>? Privileges { get; init; }

    /// <summary>Forget everything, and start to learn anew.</summary>
    public bool Everything { get; init; }
}

/// <summary>Sets the mode of a workload, or of all (<see cref="All"/>), to one that a person chose or to what comes by itself.</summary>
public sealed record ModeRequest
{
    public string? Workload { get; init; }

    /// <summary>Every workload, also those to come.</summary>
    public bool All { get; init; }

    public Mode? Mode { get; init; }

    /// <summary>Instead of a mode: from the one that it is in, Bulwark moves it on by itself.</summary>
    public bool Auto { get; init; }
}

/// <summary>Replays recorded conversations against the current profiles, or against proposed ones.</summary>
public sealed record SimulateRequest
{
    public DateTimeOffset? Since { get; init; }
    public DateTimeOffset? Until { get; init; }
    public string? Workload { get; init; }

    /// <summary>Proposed: entries to allow in addition.</summary>
    public ImmutableArray<AllowRequest> Allow { get; init; } = [];

    /// <summary>Proposed: entries to take away.</summary>
    public ImmutableArray<ForgetRequest> Forget { get; init; } = [];
}

/// <summary>Docker asks whether it may do what it was asked to do: <c>POST /v1/authorize</c>.</summary>
public sealed record AuthorizeRequest
{
    public required DockerAct Act { get; init; }

    /// <summary>The address of the daemon that asks; empty for those that the server knows.</summary>
    public string Daemon { get; init; } = "";

    /// <summary>Who asked it, if the daemon knows.</summary>
    public string User { get; init; } = "";

    /// <summary>The container or the exec that it is about, as the call names it; or empty.</summary>
    public string Subject { get; init; } = "";

    /// <summary>The name of what is to be made; or empty.</summary>
    public string Name { get; init; } = "";

    /// <summary>What is asked for.</summary>
    public ContainerDemands Demands { get; init; } = new();
}

/// <summary>What went wrong: RFC 9457, with a hint.</summary>
public sealed record Problem(string Title, int Status, string Detail, string Hint);
