using System.Collections.Immutable;
using Bulwark.Model.Executables;
using Bulwark.Model.Observations;
using Bulwark.Model.Profiles;
using Bulwark.Model.Protocols;

namespace Bulwark.Model.Enforcement;

/// <summary>Says in words what was judged, why, and what would change it.</summary>
public static class Explainer
{
    /// <summary>How many near entries an explanation names.</summary>
    public const int MaximumNearest = 5;

    private const ushort DceEndpointMapper = 135;

    private const string Drifted = "Its image has no such program: it was made, or became executable, after the container started. Find out who put it there before you allow it.";

    private const string Changed = "Its image has another program there: it was changed or replaced after the container started. Find out who did that before you allow it.";

    public static Explanation Explain(Attempt attempt, Profile profile)
    {
        var nearest = attempt.Reason == VerdictReason.NotInProfile ? Nearest(profile, attempt.Key) : [];
        return new(
            Message(attempt), [What(attempt), Who(attempt), Why(attempt, profile, nearest), .. attempt.Origin.IsDrift ? [attempt.Origin.Kind == OriginKind.Changed ? Changed : Drifted] : (string[])[]], nearest, Hint(attempt));
    }

    /// <summary>One sentence, for example <c>shop/web (/usr/bin/curl) was blocked from talking to billing/db on 5432/tcp: …</c></summary>
    public static string Message(Attempt attempt) => $"{Deed(attempt, withExecutable: true)}: {Cause(attempt)}.";

    /// <summary>The command that would allow it; empty where the reason is not the profile, or a name cannot be typed.</summary>
    public static string Hint(Attempt attempt)
    {
        if (attempt.Reason == VerdictReason.NotInProfile)
            return AllowCommand(attempt.Workload, attempt.Key);
        if (attempt.IsBind && attempt.Executable.Length == 0)
            return "";
        // An executable that cannot be told can only be allowed with all others.
        return attempt.Reason == VerdictReason.Executable ? AllowCommand(attempt.Workload, attempt.Key, attempt.Executable) : "";
    }

    /// <summary>The command that allows <paramref name="key"/> for a workload; empty if a name cannot be typed.</summary>
    /// <param name="executable">For this one more only; empty for all.</param>
    public static string AllowCommand(string workload, ProfileKey key, string executable = "")
    {
        var peer = key.Peer.ToString();
        if (workload.Length == 0 || !ShellWord.IsPrintable(workload) || !ShellWord.IsPrintable(peer) || !ShellWord.IsPrintable(executable))
            return "";
        var side = key.Direction == Direction.Out ? "--to" : "--from";
        // A value that starts with a dash would be read as an option.
        var option = peer.StartsWith('-') ? $"{side}={ShellWord.Quote(peer)}" : $"{side} {ShellWord.Quote(peer)}";
        var options = $"{option} --port {ShellWord.Quote(key.Port.ToString())}";
        if (executable.Length > 0)
            options += $" --executable {ShellWord.Quote(executable)}";
        return workload.StartsWith('-')
            ? $"bulwark allow {options} -- {ShellWord.Quote(workload)}"
            : $"bulwark allow {ShellWord.Quote(workload)} {options}";
    }

    /// <summary>Allowed entries that come near: same peer on another port, then same port with another peer.</summary>
    public static ImmutableArray<ProfileEntry> Nearest(Profile profile, ProfileKey key) =>
    [
        .. profile.Entries.Values
            .Where(entry => entry.IsAllowed && entry.Key.Direction == key.Direction
                && (entry.Key.Peer == key.Peer || entry.Key.Port == key.Port))
            .OrderBy(entry => entry.Key.Peer != key.Peer)
            .ThenBy(entry => entry.Key.Port.Transport != key.Port.Transport)
            .ThenBy(entry => Math.Abs(entry.Key.Port.Port - key.Port.Port))
            .ThenBy(entry => entry.Key)
            .Take(MaximumNearest),
    ];

    private static string Deed(Attempt attempt, bool withExecutable)
    {
        var workload = ShellWord.Printable(attempt.Workload);
        var peer = ShellWord.Printable(attempt.Key.Peer.ToString());
        var executable = withExecutable && attempt.Executable.Length > 0 ? $" ({Executable(attempt, ", ")})" : "";
        if (attempt.IsBind)
            return $"{workload}{executable} {(attempt.Verdict == Verdict.Blocked ? "was" : "would be")} blocked from listening on {attempt.Key.Port}";
        var verb = attempt.Verdict switch
        {
            Verdict.Blocked => "was blocked from talking",
            Verdict.WouldBlock => "would be blocked from talking",
            _ => "was allowed to talk",
        };
        return attempt.Key.Direction == Direction.Out
            ? $"{workload}{executable} {verb} to {peer} on {attempt.Key.Port}"
            : $"{peer} {verb} to {workload}{executable} on {attempt.Key.Port}";
    }

    // For example "/usr/bin/curl, of curl 7.88.1-10".
    private static string Executable(Attempt attempt, string between) => attempt.Origin.Words is { Length: > 0 } words
        ? $"{ShellWord.Printable(attempt.Executable)}{between}{words}"
        : ShellWord.Printable(attempt.Executable);

    private static string What(Attempt attempt)
    {
        var times = attempt.Attempts > 1 ? FormattableString.Invariant($", {attempt.Attempts} times") : "";
        var consequence = attempt.Verdict == Verdict.WouldBlock
            ? " It passed, because the workload is in audit; in protect it would not."
            : "";
        return $"{Deed(attempt, withExecutable: false)}{times}.{consequence}";
    }

    private static string Who(Attempt attempt)
    {
        var workload = ShellWord.Printable(attempt.Workload);
        var container = attempt.Container.Length > 0
            ? $"container {ShellWord.Printable(attempt.Container)} of {workload}"
            : $"a container of {workload}";
        var process = (attempt.Executable.Length > 0, attempt.ProcessId > 0) switch
        {
            (true, true) => FormattableString.Invariant($", {Executable(attempt, " ")} (process {attempt.ProcessId})"),
            (true, false) => $", {Executable(attempt, " ")}",
            (false, true) => FormattableString.Invariant($", process {attempt.ProcessId}"),
            _ => "",
        };
        if (attempt.IsBind)
            return $"It was {container}{process}.";
        var peer = ShellWord.Printable(attempt.Key.Peer.ToString());
        var address = attempt.Address.Length > 0 ? $" at {ShellWord.Printable(attempt.Address)}" : "";
        return attempt.Key.Direction == Direction.Out
            ? $"The client was {container}{process}; the server {peer}{address}."
            : $"The client was {peer}{address}; the server {container}{process}.";
    }

    private static string Why(Attempt attempt, Profile profile, ImmutableArray<ProfileEntry> nearest)
    {
        if (attempt.Verdict == Verdict.Allowed)
            return $"It was allowed, because {Cause(attempt)}.";
        if (attempt.Reason == VerdictReason.Executable)
            return OnlyFor(attempt, profile);
        if (attempt.Reason != VerdictReason.NotInProfile)
            return $"No profile entry can allow this: {Cause(attempt)}.";
        var missing = $"The profile of {ShellWord.Printable(attempt.Workload)} has no entry {ShellWord.Printable(attempt.Key.ToString())}";
        if (profile.Entries.Values.All(entry => !entry.IsAllowed))
            return $"{missing}; it allows nothing yet.";
        if (nearest.IsEmpty)
            return $"{missing}, and none for this peer or this port.";
        return $"{missing}. Nearest are {string.Join(", ", nearest.Select(entry => Near(entry, attempt.Key)))}.{Unannounced(profile, attempt.Key)}{Assigned(profile, attempt.Key)}";
    }

    // A port of FTP's passive mode, probably.
    private static string Unannounced(Profile profile, ProfileKey key) =>
        key.Port.Transport == Transport.Tcp && key.Port.Port >= 1024
        && profile.Entries.Values.Any(entry => entry.Key.Direction == key.Direction && entry.Key.Peer == key.Peer && ProfileLookup.MayAnnounce(entry))
            ? " Ports that an FTP server announces are allowed as it announces them, once each; it did not announce this one, or not in the clear:"
                + " over TLS nobody else can read it. Then give the server a small range of ports for its passive mode, and allow each."
            : "";

    // A port of a service that a port mapper knows, probably.
    private static string Assigned(Profile profile, ProfileKey key) =>
        key.Port.Port != 0 && profile.Entries.Values.Any(entry => entry.IsAllowed && entry.Key.Direction == key.Direction && entry.Key.Peer == key.Peer
            && (entry.Protocol == ProtocolNames.PortMap || entry.Key.Port.Port == DceEndpointMapper && entry.Protocol == ProtocolNames.DceRpc))
            ? " A port mapper gives the services of that server their ports, and may give others after a restart. Give the service a fixed port, and allow that."
            : "";

    private static string OnlyFor(Attempt attempt, Profile profile)
    {
        var workload = ShellWord.Printable(attempt.Workload);
        if (attempt.IsBind)
        {
            return ProfileLookup.Binders(profile, attempt.Key.Port) is { } binders
                ? $"Others reach {workload} on {attempt.Key.Port}, where only {string.Join(", ", binders.Select(ShellWord.Printable))} listened while it was learnt."
                : $"The profile of {workload} had {attempt.Key.Port} for other executables only.";
        }
        return ProfileLookup.Cover(profile, attempt.Key) is { OnlyExecutables: true } entry
            ? $"The profile of {workload} has the entry {ShellWord.Printable(entry.Key.ToString())} for {string.Join(", ", entry.Executables.Select(ShellWord.Printable))} only."
            : $"The profile of {workload} had {ShellWord.Printable(attempt.Key.ToString())} for other executables only.";
    }

    private static string Near(ProfileEntry entry, ProfileKey key) =>
        $"{ShellWord.Printable(entry.Key.ToString())} ({(entry.Key.Peer == key.Peer ? "same peer, other port" : "same port, other peer")})";

    private static string Cause(Attempt attempt) => attempt.Reason switch
    {
        VerdictReason.NotInProfile => $"no entry in the profile of {ShellWord.Printable(attempt.Workload)} allows it",
        VerdictReason.SpoofedSource => "the source address is none of the container's own",
        VerdictReason.Routing => "it is what only a router says, and a container is none: an advertisement, or a redirect",
        VerdictReason.Misdirected => "it is for an address that is none of the container's own",
        VerdictReason.Malformed => "the packet's headers are broken or do not fit the packet",
        VerdictReason.UnknownFragment => "it is a later fragment of a packet whose first fragment was not seen",
        VerdictReason.NotIp => "it is neither IPv4, IPv6 nor ARP",
        VerdictReason.UnrelatedError => "it is an ICMP error that belongs to no known connection",
        VerdictReason.Executable when attempt.IsBind => $"the profile of {ShellWord.Printable(attempt.Workload)} has that port for other executables only",
        VerdictReason.Executable => $"the profile of {ShellWord.Printable(attempt.Workload)} allows it to other executables only",
        VerdictReason.Held => "the container's policy was not in the kernel yet",
        _ => attempt.Verdict == Verdict.Allowed
            ? "an entry in the profile allows it, or the workload is still learning"
            : "no reason was recorded",
    };
}
