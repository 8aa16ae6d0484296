using Bulwark.Cli.Help;
using Bulwark.Model;
using Bulwark.Model.Privileges;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Cli.Commands;

/// <summary>Profile entries as people type them: the same way in which they are shown.</summary>
internal static class Entry
{
    /// <summary>Reads <c>shop/web -> shop/db 5432/tcp</c> or <c>shop/db &lt;- shop/web 5432/tcp</c>.</summary>
    public static AllowRequest ReadAllowed(string text) => Words(text) switch
    {
        [var workload, "->", var peer, var port] => new() { Workload = workload, To = CheckPeer(peer), Port = CheckPort(port) },
        [var workload, "<-", var peer, var port] => new() { Workload = workload, From = CheckPeer(peer), Port = CheckPort(port) },
        _ => throw Unreadable(text, "--allow", "'shop/web -> shop/db 5432/tcp'"),
    };

    /// <summary>Reads <c>shop/web shop/db 5432/tcp</c>, <c>shop/web shop/db</c>, or <c>shop/web</c> for all that it may do.</summary>
    public static ForgetRequest ReadForgotten(string text) => Words(text) switch
    {
        [var workload] => new() { Workload = workload, Everything = true },
        [var workload, var peer] => new() { Workload = workload, Peer = CheckPeer(peer) },
        [var workload, var peer, var port] => new() { Workload = workload, Peer = CheckPeer(peer), Port = CheckPort(port) },
        _ => throw Unreadable(text, "--forget", "'shop/web shop/db 5432/tcp'"),
    };

    public static string CheckPeer(string text) => Peer.TryParse(text, out _)
        ? text
        : throw new UsageFailure($"'{text}' is no peer")
        {
            Cause = "a peer is a workload, name:HOST, range:CIDR, an address, host, world or multicast",
            Hint = "bulwark help names",
        };

    public static string CheckPort(string text) => ServerPort.TryParse(text, out _)
        ? text
        : throw new UsageFailure(text.Length == 0 ? "--port is needed" : $"'{text}' is no port")
        {
            Cause = "a port is written with its protocol: 5432/tcp, 53/udp, 8/icmp",
            Hint = "bulwark help names",
        };

    public static string CheckPrivilege(string text) => Privilege.TryParse(text, out _)
        ? text
        : throw new UsageFailure($"'{text}' is no privilege")
        {
            Cause = $"it is one of {string.Join(", ", PrivilegeKind.All.Select(kind => kind.Form))}",
            Hint = Spelling.Nearest(text, [.. PrivilegeKind.All.Select(kind => kind.Name)]) is { } near ? $"did you mean '{near}'?" : "bulwark allow --help",
        };

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static UsageFailure Unreadable(string text, string option, string example) => new($"'{text}' is no entry for {option}")
    {
        Hint = $"bulwark simulate {option} {example}",
    };
}
