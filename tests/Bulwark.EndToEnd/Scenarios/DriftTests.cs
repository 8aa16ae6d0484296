using Bulwark.EndToEnd.Harness;
using Bulwark.Model;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.EndToEnd.Scenarios;

/// <summary>Programs that are in the image of their container, and one that somebody put there later.</summary>
public sealed class DriftTests(Stage stage) : IAsyncLifetime
{
    private const string Dropped = "/tmp/x";

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_scanLimit = TimeSpan.FromMinutes(3);

    private readonly Project _project = new(stage.Host, "drift");
    private readonly DateTimeOffset _started = DateTimeOffset.UtcNow;
    private BulwarkProcess? _bulwark;

    private BulwarkProcess Bulwark => _bulwark!;

    public async ValueTask InitializeAsync()
    {
        await _project.RemoveAsync();
        _bulwark = await BulwarkProcess.StartAsync(stage.Host, "drift", Learning.Never with { More = "" });
    }

    public async ValueTask DisposeAsync()
    {
        await _project.RemoveAsync();
        if (_bulwark is not null)
            await _bulwark.DisposeAsync();
    }

    [Fact]
    public async Task A_program_is_told_with_its_package_and_a_copy_that_was_dropped_as_what_it_is()
    {
        var network = await _project.AddNetworkAsync("net");
        await _project.RunAsync("server", network, "python3 -m http.server 8000 & exec python3 -m http.server 8001");
        await _project.RunAsync("client", network, "sleep infinity", "--volume", "/volume");
        await Poll.UntilAsync("the image is scanned", s_scanLimit, async () =>
            (await Bulwark.WorkloadAsync("drift/client"))?.Findings.State is "scanned" or "cannotTell");
        await Poll.UntilAsync("the server serves", s_limit, async () => (await AskAsync("curl", 8000)).Succeeded);
        _ = (await _project.ExecAsync("client", $"cp /usr/bin/curl {Dropped} && cp /usr/bin/curl /volume/x")).Text;

        Assert.True((await AskAsync(Dropped, 8000)).Succeeded);
        var notice = await Poll.UntilAsync("the dropped program is told", s_limit, async () =>
            (await Bulwark.EventsAsync(_started)).FirstOrDefault(item => item.Kind == "notice" && item.Executable == Dropped));
        Assert.Contains("runs /tmp/x, which is not in its image", notice.Message, StringComparison.Ordinal);

        // What curl does all along becomes curl's alone; what was dropped gets nothing by having been there.
        for (var interval = 0; interval < 8; interval++)
        {
            Assert.True((await AskAsync("curl", 8000)).Succeeded);
            await Task.Delay(TimeSpan.FromSeconds(1.1));
        }
        await Poll.UntilAsync("curl is learnt", s_limit, async () =>
            (await Bulwark.ProfileAsync("drift/client")).Entries.Any(entry => entry.Port == "8000/tcp" && entry.Executables.Contains("/usr/bin/curl")));
        var profile = await Bulwark.ProfileAsync("drift/client");
        var curl = Assert.Single(profile.Executables, item => item.Path == "/usr/bin/curl");
        Assert.Equal(("package", "curl"), (curl.Origin, curl.Package));
        Assert.NotEmpty(curl.PackageVersion);
        Assert.Equal("drift", Assert.Single(profile.Executables, item => item.Path == Dropped).Origin);
        Assert.Contains("/tmp/x (not in the image)", (await Bulwark.RunAsync("profile", "drift/client")).Text, StringComparison.Ordinal);

        _ = (await Bulwark.RunAsync("mode", "drift/client", "protect")).Text;

        Assert.True((await AskAsync("curl", 8000)).Succeeded);
        Assert.False((await AskAsync(Dropped, 8000)).Succeeded);
        var refused = await BlockedAsync(Dropped, "8000/tcp");
        Assert.Equal(("executable", "drift"), (refused.Reason, refused.ExecutableOrigin));
        Assert.Contains("drift/client (/tmp/x, not in the image) was blocked", refused.Message, StringComparison.Ordinal);

        await AskAsync("curl", 8001);
        // Another port: that a conversation is refused is told once in a while, whoever tries it.
        await AskAsync("/volume/x", 8002);
        var told = await BlockedAsync("/usr/bin/curl", "8001/tcp");
        Assert.Equal(("package", "curl", curl.PackageVersion), (told.ExecutableOrigin, told.Package, told.PackageVersion));
        Assert.Equal("volume", (await BlockedAsync("/volume/x", "8002/tcp")).ExecutableOrigin);
    }

    [Fact]
    public async Task A_program_that_was_replaced_at_its_own_path_is_told_and_what_only_had_its_mode_changed_is_not()
    {
        var network = await _project.AddNetworkAsync("net");
        await _project.RunAsync("server", network, "exec python3 -m http.server 8000");
        await _project.RunAsync("client", network, "sleep infinity");
        await Poll.UntilAsync("the image is scanned", s_scanLimit, async () =>
            (await Bulwark.WorkloadAsync("drift/client"))?.Findings.State is "scanned" or "cannotTell");
        // Both are copied up into the container's own layer; only one is another program then.
        _ = (await _project.ExecAsync("client", "chmod g+s /usr/bin/curl && chmod g-s /usr/bin/curl && touch /usr/bin/curl")).Text;
        await Poll.UntilAsync("the server serves", s_limit, async () => (await AskAsync("curl", 8000)).Succeeded);
        await Poll.UntilAsync("curl is seen", s_limit, async () => (await Bulwark.ProfileAsync("drift/client")).Executables.Any(item => item.Path == "/usr/bin/curl"));
        Assert.Equal("package", Assert.Single((await Bulwark.ProfileAsync("drift/client")).Executables, item => item.Path == "/usr/bin/curl").Origin);
        Assert.DoesNotContain(await Bulwark.EventsAsync(_started), item => item.Kind == "notice" && item.Executable == "/usr/bin/curl");

        _ = (await _project.ExecAsync("client", "cp /usr/bin/curl /tmp/c && echo >> /tmp/c && mv /tmp/c /usr/bin/curl")).Text;
        Assert.True((await AskAsync("curl", 8000)).Succeeded);

        var notice = await Poll.UntilAsync("the replaced program is told", s_limit, async () =>
            (await Bulwark.EventsAsync(_started)).FirstOrDefault(item => item.Kind == "notice" && item.Executable == "/usr/bin/curl"));
        Assert.Contains("runs /usr/bin/curl, which is not what its image has there", notice.Message, StringComparison.Ordinal);
        Assert.Equal("changed", notice.ExecutableOrigin);
        Assert.Equal("changed", Assert.Single((await Bulwark.ProfileAsync("drift/client")).Executables, item => item.Path == "/usr/bin/curl").Origin);
        Assert.Contains("/usr/bin/curl (changed since the image)", (await Bulwark.RunAsync("profile", "drift/client")).Text, StringComparison.Ordinal);
        // The server's python is as it was.
        Assert.DoesNotContain(await Bulwark.EventsAsync(_started), item => item.Kind == "notice" && item.Workload == "drift/server");
    }

    private Task<CommandResult> AskAsync(string program, int port) => _project.ExecAsync("client", $"{program} -sSf --max-time 3 http://{_project.Container("server")}:{port}/");

    private Task<EventReport> BlockedAsync(string executable, string port) => Poll.UntilAsync($"{executable} is blocked", s_limit, async () =>
        (await Bulwark.EventsAsync(_started)).LastOrDefault(item => item.Verdict == Verdict.Blocked && item.Executable == executable && item.Port == port));
}
