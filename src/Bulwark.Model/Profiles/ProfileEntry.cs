using System.Collections.Immutable;

namespace Bulwark.Model.Profiles;

/// <summary>Why an entry is in a profile.</summary>
public enum EntryOrigin : byte
{
    /// <summary>Seen while the workload was learning.</summary>
    Learnt,

    /// <summary>A person allowed it.</summary>
    Allowed,

    /// <summary>Seen outside the profile, in audit or protect: recorded, but not part of what is allowed.</summary>
    Refused,
}

/// <summary>One conversation in a workload's profile, with what was learnt about it.</summary>
public sealed record ProfileEntry(ProfileKey Key, EntryOrigin Origin)
{
    public DateTimeOffset FirstSeen { get; init; }
    public DateTimeOffset LastSeen { get; init; }

    /// <summary>Completed handshakes or answered exchanges.</summary>
    public long Connections { get; init; }

    /// <summary>Bytes that the workload sent, counted at the IP layer.</summary>
    public long BytesSent { get; init; }

    /// <summary>Bytes that the workload received, counted at the IP layer.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Number of learning intervals in which it was seen: one of them makes it a singleton for Good-Turing.</summary>
    public long Sightings { get; init; }

    /// <summary>Executables at the workload's end, as paths inside the container; sorted, at most 16.</summary>
    public ImmutableSortedSet<string> Executables { get; init; } = ImmutableSortedSet<string>.Empty.WithComparer(StringComparer.Ordinal);

    /// <summary>Value of <see cref="Sightings"/> when an executable was last new.</summary>
    public long SightingsAtLastExecutable { get; init; }

    /// <summary>Whether it was ever opened by an executable that could not be told.</summary>
    public bool HasUnknownExecutables { get; init; }

    /// <summary>Whether it is for these executables only. Set when learning ends, if their set was stable; else by a person.</summary>
    public bool OnlyExecutables { get; init; }

    /// <summary>The application protocol (<c>http</c>, <c>tls</c>, <c>postgresql</c>, …), or empty while unknown.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>Ports that the server announced on it, or null. They are allowed one by one, as they are announced; the range between is not.</summary>
    public DataPorts? DataPorts { get; init; }

    /// <summary>Server names asked for in TLS; sorted, at most 16.</summary>
    public ImmutableSortedSet<string> ServerNames { get; init; } = ImmutableSortedSet<string>.Empty.WithComparer(StringComparer.Ordinal);

    /// <summary>Whether it is part of what the workload may do.</summary>
    public bool IsAllowed => Origin is EntryOrigin.Learnt or EntryOrigin.Allowed;
}
