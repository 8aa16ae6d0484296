using System.Collections.Immutable;
using Bulwark.Model;
using Bulwark.Model.Observations;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Cli.Tests;

/// <summary>A small shop, seen at <see cref="Now"/>.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly ImmutableArray<WorkloadReport> Workloads =
    [
        Workload("shop/web", Mode.Protect, 2, 3) with { Learnt = true, Confidence = 0.9987, Blocked = 12, Zones = ["shop", "edge"] },
        Workload("shop/db", Mode.Audit, 1, 1) with { Learnt = true, Confidence = 0.99996, WouldBlock = 2, Zones = ["shop"], ModeIsPinned = true },
        Workload("shop/report", Mode.Learn, 1, 1) with { Confidence = 0.42, WaitsFor = ["2 more hours", "31 more sightings"], Zones = ["shop"] },
    ];

    public static readonly StatusReport Status = new(
        "0.1.0", Now.AddDays(-3), true, Mode.Audit,
        new AgentStatus
        {
            Version = "0.1.0",
            StartedAt = Now.AddDays(-3),
            Runtimes = [new("unix:///var/run/docker.sock", true, ""), new("unix:///run/other.sock", false, "connection refused")],
            Programs = [new("interface", 8), new("exec", 1)],
            Tables = [new("connections", 1200, 262144), new("policies", 60000, 65536)],
            Counters = ImmutableSortedDictionary<string, long>.Empty.Add("packets", 123456789).Add("blocked", 12),
            Interfaces = 4,
            Warnings = ["The clock of the kernel jumped."],
        },
        7, Workloads);

    public static readonly ImmutableArray<ZoneReport> Zones =
    [
        new("shop", [new("shop/web", true, "opens 2 of its conversations here"), new("shop/db", false, "serves shop/web"),
            new("shop/report", false, "reads shop/db")]),
        new("edge", [new("shop/web", true, "answers the world"), new("world", false, "only shop/web answers it"),
            new("name:api.pay.example", false, "only shop/web opens it")]),
    ];

    public static readonly MapReport Map = new(
        [
            new("shop/web", "workload", Mode.Protect, 2, ["172.18.0.2", "172.18.0.3"]), new("shop/db", "workload", Mode.Audit, 1, ["172.18.0.4"]),
            new("shop/report", "workload", Mode.Learn, 1, ["172.18.0.5"]), new("world", "world", null, 0, []),
            new("name:api.pay.example", "name", null, 0, ["203.0.113.9"]), new("host", "host", null, 0, []),
        ],
        [
            Conversation("shop/web", "shop/db", "5432/tcp", "postgresql", 1204, 1_234_567, 34_567_890, Verdict.Allowed),
            Conversation("shop/report", "shop/db", "5432/tcp", "postgresql", 12, 999, 123_456, Verdict.WouldBlock),
            Conversation("world", "shop/web", "443/tcp", "tls", 98765, 12_345_678, 9_876_543_210, Verdict.Allowed),
            Conversation("shop/web", "name:api.pay.example", "443/tcp", "tls", 45, 45_000, 120_000, Verdict.Allowed),
            Conversation("shop/web", "host", "22/tcp", "", 0, 0, 0, Verdict.Blocked),
        ],
        Zones);

    public static readonly ImmutableArray<ProfileEntryReport> Entries =
    [
        new(Direction.Out, "shop/db", "5432/tcp", "postgresql", "learnt", ["/usr/bin/web"], true, [], 1204, 1_234_567, 34_567_890, Now.AddDays(-9), Now.AddSeconds(-4)),
        new(Direction.Out, "name:api.pay.example", "443/tcp", "tls", "allowed", ["/tmp/x", "/usr/bin/web"], false, ["api.pay.example"], 45, 45_000, 120_000, Now.AddDays(-2), Now.AddMinutes(-40)),
        new(Direction.Out, "host", "22/tcp", "", "refused", [], false, [], 0, 0, 0, Now.AddMinutes(-5), Now.AddMinutes(-5)),
    ];

    public static readonly ProfileReport Profile = new(
        Workloads[0], Entries, [new("host-network", "learnt", "shares the host's network", Now.AddDays(-9), Now.AddHours(-3))])
    {
        Executables = [new("/tmp/x", "drift", "", ""), new("/usr/bin/web", "package", "web", "1.2-3")],
    };

    public static readonly ImmutableArray<EventReport> Events =
    [
        new(1040, Now.AddHours(-1), "mode", null, "", "shop/web", "", "", "", "", "", "", 0, 0, "shop/web is learnt: audit -> protect", ""),
        new(1041, Now.AddMinutes(-9), "verdict", Verdict.WouldBlock, "notInProfile", "shop/db", "9f2c", "in", "shop/report", "172.18.0.5", "5432/tcp",
            "/usr/bin/psql", 0, 2, "shop/report opened shop/db 5432/tcp, which is not in its profile", "bulwark allow 1041"),
        Blocked,
    ];

    public static EventReport Blocked => new(
        1042, Now.AddMinutes(-5), "verdict", Verdict.Blocked, "notInProfile", "shop/web", "4be1", "out", "host", "172.18.0.1", "22/tcp", "/bin/nc", 4711, 12,
        "/bin/nc in shop/web tried host 22/tcp, which is not in its profile", "bulwark allow 1042")
    {
        ExecutableOrigin = "package",
        Package = "netcat-traditional",
        PackageVersion = "1.10-47",
    };

    public static readonly ExplainReport Explained = new(
        Blocked, ["shop/web is in protect, and no entry of its profile lets it open 22/tcp on the host.", "Nothing like it was seen in 9 days."],
        [Entries[0]], "bulwark allow 1042");

    public static readonly ImmutableArray<ProfileChangeReport> Allowed =
    [
        new("shop/web", ["-> shop/db 22/tcp"], [], ""),
        new("shop/db", ["<- shop/web 22/tcp"], [], "shop/db is in audit too, and a conversation needs an entry at both ends."),
    ];

    public static readonly ImmutableArray<ProfileChangeReport> Forgotten = [new("shop/web", [], ["-> name:api.pay.example 443/tcp"], "")];

    public static readonly ImmutableArray<WorkloadReport> ModeChanged = [Workloads[2] with { Mode = Mode.Protect, ModeIsPinned = true }];

    public static readonly SimulateReport Simulated = new(
        Now.AddDays(-7), Now, 40, 120_000, 3,
        [new("shop/web", Direction.Out, "host", "22/tcp", 3, Now.AddDays(-5), Now.AddDays(-4), "no entry in the profile")]);

    private static WorkloadReport Workload(string name, Mode mode, int containers, int conversations) => new(
        name, 256, "compose", "shop", "registry.example/" + name + ":1", [.. Enumerable.Range(0, containers).Select(number =>
            new ContainerReport($"c{number}", $"{name}-{number}", name, ["172.18.0.2"], Now.AddDays(-1)))],
        mode, false, Now.AddHours(-30), false, 0, [], conversations, 0, 0, [],
        new("cannotTell", 2, 5, 0, 0, 9, 0, 0, 0, Now.AddHours(-2), ["critical, with a repair known for more than 30 days: 2"], ["npm: there are no advisories"]));

    private static ConversationReport Conversation(
        string client, string server, string port, string protocol, long connections, long sent, long received, Verdict verdict) => new(
        client, server, port, protocol, [], [], [], connections, sent, received, Now.AddDays(-9), Now.AddSeconds(-4), verdict, "learnt");
}
