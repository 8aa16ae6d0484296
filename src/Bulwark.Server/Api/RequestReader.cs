using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Bulwark.Model;
using Bulwark.Model.Observations;
using Bulwark.Model.Privileges;
using Bulwark.Model.Profiles;
using Bulwark.Server.Api.Contracts;
using Bulwark.Server.Engine;
using Bulwark.Server.Store;
using Microsoft.AspNetCore.Http;

namespace Bulwark.Server.Api;

/// <summary>Reads what a client asked for, and says what is wrong with it.</summary>
internal static class RequestReader
{
    private const int LongestHostName = 253;
    private const int LongestPath = 256; // bytes that the kernel compares

    public static async Task<T> Body<T>(HttpContext context, JsonTypeInfo<T> type)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted).ConfigureAwait(false)
                ?? throw Bad("The body is null.");
        }
        catch (JsonException e)
        {
            throw Bad($"The body is not understood: {e.Message}");
        }
    }

    public static RequestException Bad(string detail, string hint = "") => new(400, "Bad request", detail, hint);

    public static EventQuery Query(HttpContext context, ServerState state, DateTimeOffset now)
    {
        var (since, verdict, workload) = (Value(context, "since"), Value(context, "verdict"), Value(context, "workload"));
        return new()
        {
            Since = since is null ? null : Time(since, now),
            Verdict = verdict is null ? null : OneOf<Verdict>("verdict", verdict),
            Workload = workload is null ? null : WorkloadLookup.Find(state, workload).Workload.Name,
        };
    }

    public static int Limit(HttpContext context, int usual, int most)
    {
        if (Value(context, "limit") is not { } text)
            return usual;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit >= 1
            ? Math.Min(limit, most)
            : throw Bad($"limit is \"{text}\", but must be a number of at least 1.");
    }

    public static string? Value(HttpContext context, string name) =>
        context.Request.Query.TryGetValue(name, out var values) && values is [{ Length: > 0 } value, ..] ? value : null;

    public static T OneOf<T>(string what, string text) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (ReportText.CamelCase(value) == text)
                return value;
        }
        throw Bad($"{what} is \"{text}\", but must be one of {string.Join(", ", Enum.GetValues<T>().Select(ReportText.CamelCase))}.");
    }

    /// <summary>The workload and the conversation that a person wants to allow.</summary>
    /// <returns>With the executable that may, or an empty string for all.</returns>
    public static (WorkloadState Workload, ProfileKey Key, string Executable) Allow(AllowRequest request, ServerState state, EventLog events)
    {
        if (request.Event is { } id)
            return AllowEvent(id, state, events);
        if (request.Workload is null || request.Port is null)
            throw Bad("An event, or a workload, a peer and a port are needed.");
        if (request.To is null == request.From is null)
            throw Bad("One of to and from is needed, and only one.");
        var workload = WorkloadLookup.Find(state, request.Workload);
        var key = new ProfileKey(request.To is null ? Direction.In : Direction.Out, Peer(request.To ?? request.From!, state), Port(request.Port));
        if (!ProfileLookup.IsUsable(new(key, EntryOrigin.Allowed)))
            throw Bad($"\"{request.Port}\" is no port that can be allowed.", "For example: 5432/tcp, 53/udp, 8/icmp");
        return (workload, key, Executable(request.Executable));
    }

    public static ImmutableArray<T> OrEmpty<T>(ImmutableArray<T> array) => array.IsDefault ? [] : array;

    /// <summary>The workload and the privileges that a person wants to allow.</summary>
    public static (WorkloadState Workload, ImmutableArray<Privilege> Privileges) AllowPrivileges(AllowRequest request, ServerState state)
    {
        if (request.Workload is null || request.Event is not null || request.To is not null || request.From is not null || request.Port is not null
            || request.Executable is not null)
            throw Bad("Privileges need a workload, and leave no part for an event, a peer, a port or an executable.");
        return (WorkloadLookup.Find(state, request.Workload), Privileges(request.Privileges!.Value));
    }

    /// <summary>The workload and the privileges that a person wants to forget.</summary>
    public static (WorkloadState Workload, ImmutableArray<Privilege> Privileges) ForgetPrivileges(ForgetRequest request, ServerState state)
    {
        if (request.Everything || request.Peer is not null || request.Port is not null)
            throw Bad("Privileges leave no part for a peer, a port or everything.");
        return (WorkloadLookup.Find(state, request.Workload), Privileges(request.Privileges!.Value));
    }

    private static ImmutableArray<Privilege> Privileges(ImmutableArray<string> texts) =>
    [
        .. texts.Select(text => Privilege.TryParse(text, out var privilege)
            ? privilege
            : throw Bad($"\"{text}\" is no privilege.", $"One of: {string.Join(", ", PrivilegeKind.All.Select(kind => kind.Form))}")),
    ];

    /// <summary>The workload, and which of its entries a person wants to forget.</summary>
    public static (WorkloadState Workload, Func<ProfileEntry, bool> Which) Forget(ForgetRequest request, ServerState state)
    {
        var workload = WorkloadLookup.Find(state, request.Workload);
        if (request.Everything)
        {
            return request.Peer is null && request.Port is null
                ? (workload, _ => true)
                : throw Bad("Everything leaves no part for a peer or a port.");
        }
        if (request.Peer is null && request.Port is null)
            throw Bad("A peer, a port or everything is needed.");
        // A peer may be gone for long; what is in the profile counts, then what exists.
        Peer? peer = request.Peer is null ? null
            : workload.Profile.Entries.Keys.Select(k => (Peer?)k.Peer).FirstOrDefault(p => p.ToString() == request.Peer)
              ?? Peer(request.Peer, state);
        ServerPort? port = request.Port is null ? null : Port(request.Port);
        return (workload, e => (peer is null || e.Key.Peer == peer) && (port is null || e.Key.Port == port));
    }

    private static string Executable(string? path)
    {
        if (path is null)
            return "";
        return path.StartsWith('/') && Encoding.UTF8.GetByteCount(path) <= LongestPath && !path.Any(char.IsControl)
            ? path
            : throw Bad($"\"{path}\" is no path of an executable.", "For example: /usr/bin/curl");
    }

    private static (WorkloadState, ProfileKey, string) AllowEvent(long id, ServerState state, EventLog events)
    {
        var report = events.Find(id) ?? throw EventReporter.Unknown(id);
        if (EventReporter.Attempt(report) is not { Reason: VerdictReason.NotInProfile or VerdictReason.Executable } attempt)
        {
            throw new RequestException(409, "Nothing to allow",
                string.Create(CultureInfo.InvariantCulture, $"Event {id} is no conversation outside a profile: {report.Message}"),
                report.Hint.StartsWith("bulwark allow", StringComparison.Ordinal) ? report.Hint : string.Create(CultureInfo.InvariantCulture, $"bulwark explain {id}"));
        }
        if (attempt.IsBind && attempt.Executable.Length == 0)
            throw new RequestException(409, "Nothing to allow", "Which executable it was could not be told.");
        var executable = attempt.Reason == VerdictReason.Executable && attempt.Executable.Length > 0 ? Executable(attempt.Executable) : "";
        return (WorkloadLookup.Find(state, attempt.Workload), attempt.Key, executable);
    }

    private static Peer Peer(string text, ServerState state)
    {
        if (!Model.Peer.TryParse(text, out var peer))
            throw Bad($"\"{text}\" is no peer.", "For example: shop/db, name:db.example.com, 203.0.113.0/24, host, world");
        if (peer.Kind == PeerKind.Name && (peer.Name.Length > LongestHostName || peer.Name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))))
            throw Bad("The host name is not valid.");
        return peer.Kind == PeerKind.Workload ? WorkloadLookup.Find(state, peer.Name).Workload.Peer : peer;
    }

    private static ServerPort Port(string text) =>
        ServerPort.TryParse(text, out var port) ? port : throw Bad($"\"{text}\" is no port.", "For example: 5432/tcp, 53/udp, 8/icmp");

    private static DateTimeOffset Time(string text, DateTimeOffset now)
    {
        if (DurationText.TryParse(text, out var ago))
            return ago < now - DateTimeOffset.UnixEpoch ? now - ago : DateTimeOffset.UnixEpoch;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw Bad($"since is \"{text}\", but must be a time (2026-01-31T12:00:00Z) or a duration (10m).");
    }
}
