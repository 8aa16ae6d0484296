using System.Text.Json;
using Bulwark.Images.Findings;
using Bulwark.Server.Tests.Harness;

namespace Bulwark.Server.Tests.Authorization;

public sealed class AuthorizationTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeDocker _docker = new();
    private readonly FakeScanner _scanner = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_is_asked_for_in_learn_is_learnt_and_anything_else_refused_in_protect()
    {
        await using var server = await StartAsync();
        _docker.Make("web1", "shop", "web", """{"NetworkMode":"host"}""");
        Assert.True(Allows(await StartContainer(server, "web1")));
        await server.Post("/v1/mode", """{ "workload": "shop/web", "mode": "protect" }""");

        Assert.True(Allows(await StartContainer(server, "web1")));
        _docker.Make("web2", "shop", "web", """{"NetworkMode":"host","PidMode":"host"}""");
        var refused = await StartContainer(server, "web2");

        Assert.False(Allows(refused));
        var message = refused.GetProperty("message").GetString()!;
        Assert.Contains("host-pid (it sees the host's processes", message, StringComparison.Ordinal);
        Assert.Contains("To allow it: bulwark allow shop/web --privilege host-pid.", message, StringComparison.Ordinal);
        var told = await server.UntilEvent("authorization");
        Assert.Equal(("blocked", "privilege", "shop/web"), (Text(told, "verdict"), Text(told, "reason"), Text(told, "workload")));

        var allowed = await server.Post("/v1/allow", """{ "workload": "shop/web", "privileges": ["host-pid"] }""");
        Assert.Equal("host-pid", Assert.Single(allowed[0].GetProperty("added").EnumerateArray()).GetString());
        Assert.True(Allows(await StartContainer(server, "web2")));
        var profile = await server.Get("/v1/profiles/shop/web");
        Assert.Equal(["host-network learnt", "host-pid allowed"], profile.GetProperty("privileges").EnumerateArray().Select(p => $"{Text(p, "privilege")} {Text(p, "origin")}"));

        await server.Post("/v1/forget", """{ "workload": "shop/web", "privileges": ["host-pid"] }""");
        Assert.False(Allows(await StartContainer(server, "web2")));
    }

    [Fact]
    public async Task Privileges_outlive_the_server()
    {
        _docker.Make("web1", "shop", "web", """{"Privileged":true}""");
        await using (var first = await StartAsync())
        {
            await StartContainer(first, "web1");
            await first.Post("/v1/mode", """{ "workload": "shop/web", "mode": "protect" }""");
        }
        await using var second = await StartAsync();

        Assert.True(Allows(await StartContainer(second, "web1")));
    }

    [Fact]
    public async Task Once_the_host_has_learnt_a_new_name_gives_no_new_power()
    {
        await using var server = await StartAsync();
        _docker.Make("old", "shop", "old", """{"PidMode":"host"}""");
        _docker.Make("plain", "shop", "plain");
        _docker.Make("new", "shop", "new", """{"PidMode":"host"}""");
        Assert.True(Allows(await StartContainer(server, "old")));
        server.Time.Advance(TimeSpan.FromSeconds(45));
        Assert.True(Allows(await StartContainer(server, "new")), "in audit it passes");
        server.Time.Advance(TimeSpan.FromSeconds(45));

        Assert.False(Allows(await StartContainer(server, "new")));
        Assert.True(Allows(await StartContainer(server, "plain")));
        Assert.True(Allows(await StartContainer(server, "old")));
        await server.Post("/v1/mode", """{ "workload": "shop/new", "mode": "learn" }""");
        Assert.True(Allows(await StartContainer(server, "new")));
    }

    [Fact]
    public async Task What_is_done_to_a_container_is_refused_by_its_own_mode_only()
    {
        await using var server = await StartAsync();
        _docker.Make("web1", "shop", "web");
        await StartContainer(server, "web1");
        server.Time.Advance(TimeSpan.FromHours(1));
        Assert.True(Allows(await Ask(server, "copyOut", "web1")));
        await server.Post("/v1/mode", """{ "workload": "shop/web", "mode": "protect" }""");

        Assert.True(Allows(await Ask(server, "copyOut", "web1")));
        Assert.False(Allows(await Ask(server, "execStart", "exec-web1")));
        Assert.False(Allows(await Ask(server, "commit", "web1")));
        Assert.True(Allows(await Ask(server, "commit", "nobody")), "Docker says itself that there is none");
    }

    [Fact]
    public async Task A_volume_that_is_a_directory_of_the_host_is_judged_as_that()
    {
        await using var server = await StartAsync();
        await server.Post("/v1/mode", """{ "all": true, "mode": "protect" }""");
        _docker.Volumes["innocent"] = """{"Options":{"type":"none","o":"bind","device":"/etc"}}""";
        _docker.Make("web1", "shop", "web", """{"Binds":["innocent:/x"]}""");
        _docker.Make("web2", "shop", "web", """{"Binds":["other:/x"]}""");

        Assert.Contains("mount:/etc", Text(await StartContainer(server, "web1"), "message"), StringComparison.Ordinal);
        Assert.True(Allows(await StartContainer(server, "web2")));
    }

    [Fact]
    public async Task Another_runtime_than_the_wanted_one_is_a_privilege()
    {
        await using var server = await StartAsync(runtime: "bulwark");
        await server.Post("/v1/mode", """{ "all": true, "mode": "protect" }""");
        _docker.Make("web1", "shop", "web", """{"Runtime":"runc"}""");
        _docker.Make("web2", "shop", "web", """{"Runtime":"bulwark-closed"}""");

        Assert.Contains("--privilege runtime:runc", Text(await StartContainer(server, "web1"), "message"), StringComparison.Ordinal);
        Assert.True(Allows(await StartContainer(server, "web2")));
    }

    [Fact]
    public async Task An_image_with_malware_does_not_start_in_protect_unless_there_is_an_exception()
    {
        _scanner.Finds = FindingKind.Malware;
        await using var server = await StartAsync();
        _docker.Make("web1", "shop", "web");
        Assert.True(Allows(await StartContainer(server, "web1")));
        await server.Post("/v1/mode", """{ "all": true, "mode": "protect" }""");

        var refused = Text(await StartContainer(server, "web1"), "message");

        Assert.Contains("its image shop/web:1 must not start: malware: 1.", refused, StringComparison.Ordinal);
        Assert.Contains("* image=shop/web until=2026-03-02 -- REASON", refused, StringComparison.Ordinal);
        await File.WriteAllTextAsync(_directory["exceptions"], "* image=shop/web -- it is known\n");
        Assert.True(Allows(await StartContainer(server, "web1")));
    }

    [Fact]
    public async Task A_start_waits_for_the_scan_of_its_image_but_not_for_ever()
    {
        var scan = new TaskCompletionSource();
        _scanner.Until = scan.Task;
        await using var server = await StartAsync();
        await server.Post("/v1/mode", """{ "all": true, "mode": "protect" }""");
        _docker.Make("web1", "shop", "web");

        var early = StartContainer(server, "web1");
        while (!early.IsCompleted)
        {
            server.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5);
        }
        Assert.Contains("it is not scanned yet", Text(await early, "message"), StringComparison.Ordinal);

        scan.SetResult();
        Assert.True(Allows(await StartContainer(server, "web1")));
    }

    [Fact]
    public async Task What_scans_find_is_shown_and_what_is_not_known_is_said()
    {
        _scanner.Finds = FindingKind.Malware;
        await using var server = await StartAsync();
        _docker.Make("web1", "shop", "web");
        var workload = server.Container("shop", "web", "web1", FakeDocker.ImageId);
        await server.Until(workload, w => w.Containers.Count == 1);

        var found = await server.Until(_ => Findings(server) is { } findings && Text(findings, "state") != "notScanned" ? (object)findings : null);

        Assert.Equal(("cannotTell", 1, "malware: 1"), (Text((JsonElement)found, "state"), ((JsonElement)found).GetProperty("malware").GetInt32(),
            Assert.Single(((JsonElement)found).GetProperty("refused").EnumerateArray()).GetString()));
        Assert.Contains((await server.Get("/v1/status")).GetProperty("agent").GetProperty("warnings").EnumerateArray(),
            warning => warning.GetString()!.Contains("bulwark advisories update", StringComparison.Ordinal));

        // Other advisories: it is scanned anew.
        await File.WriteAllTextAsync(_directory["advisories"], "x");
        await server.Until(_ => Text(Findings(server)!.Value, "state") == "scanned" ? new object() : null);
        Assert.Equal(2, _scanner.Scans);
    }

    [Fact]
    public async Task A_container_that_started_unasked_is_told_of()
    {
        _docker.IsAsking = true;
        await using var server = await StartAsync();
        _docker.Make("asked", "shop", "asked", created: "2026-01-31T12:00:30Z");
        _docker.Make("around", "shop", "around", created: "2026-01-31T12:00:30Z");
        await StartContainer(server, "asked");
        server.Container("shop", "asked", "asked");
        server.Container("shop", "around", "around");

        var notice = await server.UntilEvent("notice");

        Assert.Equal("shop/around", Text(notice, "workload"));
        Assert.Single((await server.Get("/v1/events")).EnumerateArray(), each => Text(each, "kind") == "notice");
    }

    [Fact]
    public async Task One_that_started_unasked_and_would_have_been_refused_is_in_quarantine_until_it_is_allowed()
    {
        _docker.IsAsking = true;
        await using var server = await StartAsync();
        _docker.Make("around", "shop", "around", """{"PidMode":"host"}""", created: "2026-01-31T12:00:30Z");
        await server.Post("/v1/mode", """{ "all": true, "mode": "protect" }""");
        server.Container("shop", "around", "around");

        var notice = await UntilNotice(server, "shop/around", "in quarantine");

        Assert.Contains("host-pid", Text(notice, "message"), StringComparison.Ordinal);
        Assert.Equal("bulwark allow shop/around --privilege host-pid", Text(notice, "hint"));
        Assert.Contains("quarantine around True", server.Agent.Calls);
        await server.Post("/v1/allow", """{ "workload": "shop/around", "privileges": ["host-pid"] }""");
        await UntilNotice(server, "shop/around", "out of quarantine");
        Assert.Equal("quarantine around False", server.Agent.Calls.Last(call => call.StartsWith("quarantine around", StringComparison.Ordinal)));
    }

    private static async Task<JsonElement> UntilNotice(RunningServer server, string workload, string text) => (JsonElement)await server.Until(
        _ => server.Get("/v1/events").GetAwaiter().GetResult().EnumerateArray()
            .Where(each => Text(each, "kind") == "notice" && Text(each, "workload") == workload
                && Text(each, "message")!.Contains(text, StringComparison.Ordinal))
            .Select(each => (object)each).FirstOrDefault());

    private Task<RunningServer> StartAsync(string runtime = "runc") => RunningServer.Start(
        _directory, change: options => options with { Runtime = runtime }, docker: _docker, scanner: _scanner);

    private static Task<JsonElement> StartContainer(RunningServer server, string name) => Ask(server, "start", name);

    private static Task<JsonElement> Ask(RunningServer server, string act, string subject) =>
        server.Post("/v1/authorize", $$"""{ "act": "{{act}}", "subject": "{{subject}}" }""");

    private static JsonElement? Findings(RunningServer server) => server.Get("/v1/workloads").GetAwaiter().GetResult()[0].GetProperty("findings");

    private static bool Allows(JsonElement answer) => answer.GetProperty("allow").GetBoolean();

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
