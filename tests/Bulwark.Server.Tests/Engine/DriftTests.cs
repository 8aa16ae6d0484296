using System.Net;
using System.Text.Json;
using Bulwark.Model;
using Bulwark.Model.Observations;
using Bulwark.Model.Workloads;
using Bulwark.Server.Tests.Harness;

namespace Bulwark.Server.Tests.Engine;

/// <summary>Whose an executable is, and what follows if it is not in the image.</summary>
public sealed class DriftTests : IDisposable
{
    private const string Curl = "/usr/bin/curl";
    private const string Dropped = "/tmp/x";

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeScanner _scanner = new() { Executables = new([new(Curl, "curl", "7.88.1-10"), new("/opt/app/server", "", "")], AreAll: true) };

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(Curl, "package", "curl", "shop/web (/usr/bin/curl, of curl 7.88.1-10) was blocked")]
    [InlineData("/opt/app/server", "image", "", "shop/web (/opt/app/server, of no package) was blocked")]
    [InlineData("/data/tool", "volume", "", "shop/web (/data/tool, in a volume) was blocked")]
    [InlineData("/database", "drift", "", "shop/web (/database, not in the image) was blocked")]
    [InlineData(Dropped, "drift", "", "shop/web (/tmp/x, not in the image) was blocked")]
    [InlineData("/sbin/docker-init", "", "", "shop/web (/sbin/docker-init) was blocked")]
    [InlineData("*of/a/long/path", "", "", "shop/web (*of/a/long/path) was blocked")]
    public async Task An_event_says_whose_the_executable_is(string path, string origin, string package, string message)
    {
        await using var running = await Start();
        var web = await Scanned(running);

        running.Server.TryPost(Attempt(running, web, path));

        var told = await running.UntilEvent("verdict");
        Assert.Equal((origin, package), (told.GetProperty("executableOrigin").GetString(), told.GetProperty("package").GetString()));
        Assert.StartsWith(message, told.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_explanation_says_that_a_program_is_not_in_the_image_also_after_a_restart()
    {
        await using (var running = await Start())
        {
            running.Server.TryPost(Attempt(running, await Scanned(running), Dropped));
            await running.UntilEvent("verdict");
            await running.Stop();
        }
        await using var again = await Start();

        var explained = await again.Get($"/v1/events/{(await again.UntilEvent("verdict")).GetProperty("id").GetInt64()}");

        Assert.Contains(explained.GetProperty("paragraphs").EnumerateArray(), text => text.GetString()!.Contains("Its image has no such program", StringComparison.Ordinal));
        Assert.Contains(explained.GetProperty("paragraphs").EnumerateArray(), text => text.GetString()!.Contains("/tmp/x not in the image", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_program_that_is_not_in_the_image_is_told_once_and_shown_in_the_profile()
    {
        await using var running = await Start();
        var web = await Scanned(running);

        for (var i = 0; i < 3; i++)
            running.Server.TryPost(Conversation(running, web, Dropped));
        running.Server.TryPost(Conversation(running, web, Curl));
        await running.Until(web, w => w.Profile.Entries.Values.Any(entry => entry.Executables.Contains(Curl)));

        var notice = Assert.Single(await Notices(running));
        Assert.Equal(
            "shop/web runs /tmp/x, which is not in its image: it was made after the container started. It talked to range:203.0.113.5/32 on 443/tcp.",
            notice.GetProperty("message").GetString());
        Assert.Equal([("/tmp/x", "drift"), (Curl, "package")], await Profile(running));
    }

    [Fact]
    public async Task What_ran_before_the_scan_was_done_is_told_when_it_is()
    {
        var scan = new TaskCompletionSource();
        _scanner.Until = scan.Task;
        await using var running = await Start();
        var web = running.Container("shop", "web", image: "sha256:1");
        running.Server.TryPost(Conversation(running, web, Dropped));
        running.Server.TryPost(Conversation(running, web, Curl));
        await running.Until(web, w => w.Profile.Entries.Values.Any(entry => entry.Executables.Contains(Curl)));
        Assert.Empty(await Notices(running));

        scan.SetResult();
        await running.Until(web, w =>
        {
            running.Time.Advance(TimeSpan.FromSeconds(1));
            return w.Profile.Drifted.Contains(Dropped);
        });

        Assert.Single(await Notices(running));
    }

    [Fact]
    public async Task A_program_that_was_replaced_at_its_own_path_is_told_once_though_a_replica_has_it_as_it_was()
    {
        var (changed, untouched) = (new ContainerRoot(Layer("upper1", "evil"), [Layer("lower", "curl")]), new ContainerRoot(Layer("upper2", null), [Layer("lower", "curl")]));
        await using var running = await Start();
        var web = await Scanned(running);
        running.Container("shop", "web", id: "changed", image: "sha256:1", root: changed, mounts: "/data");
        running.Container("shop", "web", id: "untouched", image: "sha256:1", root: untouched, mounts: "/data");

        running.Server.TryPost(Conversation(running, web, Curl) with { ContainerId = "untouched" });
        running.Server.TryPost(Conversation(running, web, "/opt/app/server") with { ContainerId = "changed" });
        for (var i = 0; i < 3; i++)
        {
            running.Server.TryPost(Conversation(running, web, Curl) with { ContainerId = "changed" });
            running.Server.TryPost(Conversation(running, web, Curl) with { ContainerId = "untouched" });
        }
        running.Server.TryPost(Attempt(running, web, Curl) with { ContainerId = "changed" });

        var told = await running.UntilEvent("verdict");
        Assert.Equal("changed", told.GetProperty("executableOrigin").GetString());
        Assert.StartsWith("shop/web (/usr/bin/curl, changed since the image) was blocked", told.GetProperty("message").GetString(), StringComparison.Ordinal);
        var explained = await running.Get($"/v1/events/{told.GetProperty("id").GetInt64()}");
        Assert.Contains(explained.GetProperty("paragraphs").EnumerateArray(), text => text.GetString()!.Contains("Its image has another program there", StringComparison.Ordinal));
        var notice = Assert.Single(await Notices(running));
        Assert.StartsWith(
            "shop/web runs /usr/bin/curl, which is not what its image has there: it was changed after the container started. It talked to ", notice.GetProperty("message").GetString(), StringComparison.Ordinal);
        await running.Until(web, w => w.Profile.Drifted.Contains(Curl));
        Assert.Equal([("/opt/app/server", "image"), (Curl, "changed")], await Profile(running));

        // When the one that was changed is gone, it is curl again.
        running.Server.TryPost(new ContainerGone(running.Time.GetUtcNow(), "changed"));
        running.Server.TryPost(Conversation(running, web, Curl) with { ContainerId = "untouched" });
        await running.Until(web, w => w.Profile.Drifted.Count == 0);
        Assert.Equal([("/opt/app/server", "image"), (Curl, "package")], await Profile(running));
    }

    private string Layer(string name, string? content)
    {
        var layer = Path.Combine(_directory.Path, name);
        Directory.CreateDirectory(Path.Combine(layer, "usr", "bin"));
        if (content is not null)
            File.WriteAllText(Path.Combine(layer, "usr", "bin", "curl"), content);
        return layer;
    }

    [Fact]
    public async Task It_is_not_told_again_after_a_restart()
    {
        await using (var running = await Start())
        {
            running.Server.TryPost(Conversation(running, await Scanned(running), Dropped));
            await running.UntilEvent("notice");
            await running.Stop();
        }
        await using var again = await Start();
        var web = await Scanned(again);
        again.Server.TryPost(Conversation(again, web, Dropped));
        again.Server.TryPost(Conversation(again, web, Curl));
        await again.Until(web, w => w.Profile.Entries.Values.Any(entry => entry.Executables.Contains(Curl)));

        Assert.Single(await Notices(again));
    }

    [Fact]
    public async Task Where_not_all_executables_are_known_that_one_is_missing_says_nothing()
    {
        _scanner.Executables = _scanner.Executables! with { AreAll = false };
        await using var running = await Start();
        var web = await Scanned(running);
        running.Server.TryPost(Conversation(running, web, Dropped));
        running.Server.TryPost(Conversation(running, web, Curl));
        await running.Until(web, w => w.Profile.Entries.Values.Any(entry => entry.Executables.Contains(Curl)));

        Assert.Empty(await Notices(running));
        Assert.Equal([(Curl, "package")], await Profile(running));
    }

    private Task<RunningServer> Start() => RunningServer.Start(_directory, docker: new FakeDocker(), scanner: _scanner);

    private static async Task<Workload> Scanned(RunningServer running)
    {
        var web = running.Container("shop", "web", image: "sha256:1", mounts: "/data");
        await running.Until(_ => running.Get("/v1/workloads").GetAwaiter().GetResult().EnumerateArray()
            .Any(workload => workload.GetProperty("findings").TryGetProperty("scannedAt", out var _)) ? web : null);
        return web;
    }

    private static ConversationSeen Conversation(RunningServer running, Workload web, string path) => new(
        running.Time.GetUtcNow(), web.Identity, Direction.Out, Identity.World, IPAddress.Parse("203.0.113.5"), RunningServer.Https, 1, path, "shopweb0123456789");

    private static AttemptJudged Attempt(RunningServer running, Workload web, string path) => new(
        running.Time.GetUtcNow(), Verdict.Blocked, VerdictReason.NotInProfile, web.Identity, "shopweb0123456789", Direction.Out, Identity.World,
        IPAddress.Parse("203.0.113.5"), RunningServer.Https, 40000, path, 4711, 1);

    private static async Task<List<JsonElement>> Notices(RunningServer running) =>
        [.. (await running.Get("/v1/events")).EnumerateArray().Where(e => e.GetProperty("kind").GetString() == "notice")];

    private static async Task<IEnumerable<(string, string)>> Profile(RunningServer running) =>
        (await running.Get("/v1/profiles/shop/web")).GetProperty("executables").EnumerateArray()
            .Select(item => (item.GetProperty("path").GetString()!, item.GetProperty("origin").GetString()!));
}
