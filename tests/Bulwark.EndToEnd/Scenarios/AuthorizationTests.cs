using Bulwark.EndToEnd.Harness;
using Bulwark.Model;

namespace Bulwark.EndToEnd.Scenarios;

/// <summary>A host whose Docker asks Bulwark before it does what it is told.</summary>
public sealed class AuthorizationTests(AuthorizationTests.AskingHost stage) : IClassFixture<AuthorizationTests.AskingHost>, IAsyncLifetime
{
    private const string Name = "authorization";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private Host Host => stage.Host;

    private BulwarkProcess Bulwark => stage.Bulwark;

    public async ValueTask InitializeAsync()
    {
        await RemoveAsync();
        _ = (await Bulwark.RunAsync("mode", "--all", "protect")).Text;
    }

    public async ValueTask DisposeAsync() => await RemoveAsync();

    [Fact]
    public async Task A_container_without_power_runs_and_one_with_power_runs_once_it_is_allowed()
    {
        Assert.True((await RunAsync("plain")).Succeeded);

        var refused = await RunAsync("proxy", "--network", "host", "--cap-add", "NET_ADMIN");

        Assert.False(refused.Succeeded);
        Assert.Contains("Bulwark refuses this for authorization/proxy", refused.Error, StringComparison.Ordinal);
        var hint = refused.Error[refused.Error.IndexOf("bulwark allow", StringComparison.Ordinal)..];
        hint = hint[..hint.IndexOf(". More:", StringComparison.Ordinal)];
        Assert.Equal("bulwark allow authorization/proxy --privilege capability:NET_ADMIN --privilege host-network", hint);

        _ = (await Bulwark.RunHintAsync(hint)).Text;

        var allowed = await RunAsync("proxy", "--network", "host", "--cap-add", "NET_ADMIN");
        Assert.True(allowed.Succeeded, allowed.ToString());
        var told = (await Bulwark.EventsAsync(DateTimeOffset.UtcNow.AddMinutes(-5))).Last(each => each is { Kind: "authorization", Workload: "authorization/proxy" });
        Assert.Equal((Verdict.Blocked, hint), (told.Verdict, told.Hint));
    }

    [Theory]
    [InlineData("privileged", "--privileged")]
    [InlineData("mount:/run/docker.sock", "-v", "/var/run/docker.sock:/s:ro")]
    [InlineData("mount:/", "-v", "/:/host:ro")]
    [InlineData("mount:/etc", "-v", "/tmp/../etc/:/x")]
    [InlineData("mount:/etc", "--mount", "type=volume,src=authorization-bound,dst=/x,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/etc")]
    [InlineData("host-pid", "--pid", "host")]
    [InlineData("host-ipc", "--ipc", "host")]
    [InlineData("host-uts", "--uts", "host")]
    [InlineData("host-users", "--userns", "host")]
    [InlineData("capability:SYS_ADMIN", "--cap-add", "cap_sys_admin")]
    [InlineData("unconfined:seccomp", "--security-opt", "seccomp=unconfined")]
    [InlineData("unconfined:systempaths", "--security-opt", "systempaths=unconfined")]
    [InlineData("device:/dev/kmsg", "--device", "/dev/kmsg")]
    public async Task Power_over_the_host_is_refused(string privilege, params string[] options)
    {
        var refused = await RunAsync("power", options);

        Assert.False(refused.Succeeded);
        Assert.Contains(privilege, refused.Error, StringComparison.Ordinal);
        Assert.Contains("--privilege", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_to_a_sensitive_path_is_refused_as_that_path()
    {
        var link = Host.Sandbox.PathOf("innocent");
        File.CreateSymbolicLink(link, "/etc");
        try
        {
            Assert.Contains("mount:/etc", (await RunAsync("link", "-v", link + ":/x")).Error, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(link);
        }
    }

    [Fact]
    public async Task A_body_that_Docker_does_not_show_is_refused()
    {
        var wire = new DockerWire(Host);
        var body = $$$"""{"Image":"{{{Host.Image}}}","Cmd":["true"],"HostConfig":{"Privileged":true},"Labels":{"filler":"{{{new string('x', 1_100_000)}}}"}}""";

        foreach (var chunked in (bool[])[false, true])
        {
            var (status, message) = await wire.PostAsync("/v1.41/containers/create?name=authorization-withheld", body, chunked);
            Assert.Equal(403, status);
            Assert.Contains("did not show its body", message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("""{"Image":"IMAGE","Cmd":["true"],"hostconfig":{"PRIVILEGED":true}}""")]
    [InlineData("""{"Image":"IMAGE","Cmd":["true"],"HostConfig":{"Privileged":true},"hostconfig":{"Memory":0}}""")]
    [InlineData("""{"Image":"IMAGE","Cmd":["true"],"Ho\u017ftConfig":{"Privileged":true}}""")]
    [InlineData("""{"Image":"IMAGE","Cmd":["true"],"Privileged":true}""")]
    [InlineData("""{"Image":"IMAGE","Cmd":["true"],"HostConfig":null,"PidMode":"host"}""")]
    [InlineData("""{"Image":"IMAGE","Cmd":["true"],"HostConfig":{"Privileged":false,"Privileged":true}}""")]
    public async Task Power_that_is_written_in_another_way_is_refused(string body)
    {
        var wire = new DockerWire(Host);

        foreach (var address in (string[])["/v1.41/containers/create?name=N", "http://docker/containers/create?name=N", "/containers/%63reate?name=N&x=/auth"])
        {
            var (status, message) = await wire.PostAsync(address.Replace("=N", "=authorization-trick", StringComparison.Ordinal), body.Replace("IMAGE", Host.Image, StringComparison.Ordinal));
            Assert.True(status == 403, $"{address}: {status} {message}");
        }
        Assert.False((await Host.DockerAsync("inspect", "authorization-trick")).Succeeded);
    }

    [Fact]
    public async Task A_start_cannot_bring_other_settings_along()
    {
        _ = (await Host.DockerAsync("create", "--name", Container("old"), Host.Image, "true")).Text;

        var (status, message) = await new DockerWire(Host).PostAsync($"/v1.23/containers/{Container("old")}/start", """{"Privileged":true}""");

        Assert.True(status == 403, message);
        Assert.Equal("false", (await Host.DockerAsync("inspect", "-f", "{{.HostConfig.Privileged}}", Container("old"))).Text);
    }

    [Fact]
    public async Task Nobody_gets_into_a_protected_container_and_in_learn_what_is_done_becomes_normal()
    {
        var file = Host.Sandbox.PathOf("taken");
        _ = (await RunAsync("vault")).Text;
        foreach (var words in (string[][])
        [
            ["exec", Container("vault"), "true"], ["cp", Container("vault") + ":/etc/hostname", file], ["commit", Container("vault")],
            ["export", "-o", file, Container("vault")], ["update", "--cpus", "1", Container("vault")],
        ])
        {
            var refused = await Host.DockerAsync(words);
            Assert.False(refused.Succeeded, refused.ToString());
            Assert.Contains("Bulwark refuses this for authorization/vault", refused.Error, StringComparison.Ordinal);
        }
        _ = (await Host.DockerAsync("logs", Container("vault"))).Text;

        _ = (await Bulwark.RunAsync("mode", "authorization/vault", "learn")).Text;
        _ = (await Host.ExecAsync(Container("vault"), "true")).Text;
        _ = (await Bulwark.RunAsync("mode", "authorization/vault", "protect")).Text;

        Assert.True((await Host.ExecAsync(Container("vault"), "true")).Succeeded);
        Assert.False((await Host.DockerAsync("exec", "--privileged", Container("vault"), "true")).Succeeded);
        var profile = await Bulwark.ProfileAsync("authorization/vault");
        Assert.Equal(("exec", "learnt"), (Assert.Single(profile.Privileges).Privilege, profile.Privileges[0].Origin));
    }

    [Fact]
    public async Task Sharing_the_processes_of_a_protected_container_is_a_way_into_it()
    {
        _ = (await RunAsync("target")).Text;

        var refused = await RunAsync("sidecar", "--pid", "container:" + Container("target"));

        Assert.Contains("bulwark allow authorization/target --privilege join-pid", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_audit_it_is_told_and_done()
    {
        _ = (await Bulwark.RunAsync("mode", "--all", "audit")).Text;

        Assert.True((await RunAsync("tried", "--network", "host")).Succeeded);

        var told = (await Bulwark.EventsAsync(DateTimeOffset.UtcNow.AddMinutes(-5))).Where(each => each is { Kind: "authorization", Workload: "authorization/tried" }).ToList();
        Assert.Equal(Verdict.WouldBlock, Assert.Single(told).Verdict);
        var explained = await Bulwark.ExplainAsync(told[0].Id);
        Assert.Equal("bulwark allow authorization/tried --privilege host-network", explained.Hint);
    }

    [Fact]
    public async Task A_plugin_that_was_killed_and_started_again_goes_on()
    {
        stage.Host.Plugin!.Kill();
        await stage.Host.Plugin.WaitForExitAsync();
        await Host.StartPluginAsync(Name);

        Assert.True((await Host.DockerAsync("ps")).Succeeded);
        Assert.False((await RunAsync("after", "--network", "host")).Succeeded);
        Assert.True((await RunAsync("after")).Succeeded);
    }

    [Fact]
    public async Task While_the_server_is_away_the_open_plugin_lets_pass_the_closed_one_refuses_and_what_started_unasked_is_told()
    {
        var since = DateTimeOffset.UtcNow;
        await Bulwark.KillAsync();
        try
        {
            Assert.True((await Host.DockerAsync("ps")).Succeeded);
            Assert.True((await RunAsync("unasked", "--network", "host")).Succeeded);
            await RestartPluginAsync("closed");
            Assert.True((await Host.DockerAsync("ps")).Succeeded);
            var refused = await RunAsync("closed");
            Assert.Contains("Bulwark does not answer", refused.Error, StringComparison.Ordinal);
            Assert.True((await Host.DockerAsync("stop", "-t", "0", Container("unasked"))).Succeeded);
        }
        finally
        {
            await RestartPluginAsync("open");
            _ = (await Host.DockerAsync("start", Container("unasked"))).Text;
            await Bulwark.UpAsync();
        }
        await Poll.UntilAsync("what started unasked is told", s_limit, async () => (await Bulwark.EventsAsync(since)).Any(each =>
            each.Kind == "notice" && each.Container == Container("unasked") && each.Message.Contains("did not ask", StringComparison.Ordinal)));
        await Poll.UntilAsync("it is in quarantine", s_limit, IsInQuarantineAsync);

        await Bulwark.KillAsync();
        await Bulwark.UpAsync();
        await Poll.UntilAsync("it is still in quarantine", s_limit, IsInQuarantineAsync);
        _ = (await Bulwark.RunAsync("allow", "authorization/unasked", "--privilege", "host-network")).Text;
        await Poll.UntilAsync("it is out of quarantine", s_limit, async () => !await IsInQuarantineAsync());

        async Task<bool> IsInQuarantineAsync() => (await Bulwark.StatusAsync()).Agent.Warnings.Any(warning =>
            warning.Contains($"{Container("unasked")} is in quarantine", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_start_waits_until_its_image_is_scanned_and_an_exception_lets_it_start_at_once()
    {
        var dockerfile = Host.Sandbox.PathOf("unscanned");
        Directory.CreateDirectory(dockerfile);
        await File.WriteAllTextAsync(dockerfile + "/Dockerfile", $"FROM {Host.Image}\nLABEL unscanned={Guid.NewGuid()}\n");
        _ = (await Host.DockerAsync("build", "-q", "-t", "authorization/unscanned", dockerfile)).Text;
        // It has no time to be scanned.
        var refused = await Host.DockerAsync("run", "-d", "--name", Container("unscanned"), "authorization/unscanned", "sleep", "infinity");
        Assert.False(refused.Succeeded);
        Assert.Contains("it is not scanned yet", refused.Error, StringComparison.Ordinal);
        Assert.Contains("* image=authorization/unscanned until=", refused.Error, StringComparison.Ordinal);

        await File.AppendAllTextAsync(stage.Exceptions, "* image=authorization/unscanned -- made by this test\n");

        Assert.True((await Host.DockerAsync("run", "-d", "--name", Container("unscanned"), "authorization/unscanned", "sleep", "infinity")).Succeeded);
    }

    [Fact]
    public async Task The_images_that_run_are_scanned_and_what_is_not_known_is_said()
    {
        _ = (await RunAsync("scanned")).Text;

        var findings = await Poll.UntilAsync("its image is scanned", TimeSpan.FromSeconds(120), async () =>
            await Bulwark.WorkloadAsync("authorization/scanned") is { Findings: { ScannedAt: not null } found } ? found : null);

        // There are no advisories here.
        Assert.Equal("cannotTell", findings.State);
        Assert.NotEmpty(findings.Detail);
        Assert.Contains("cannot tell", (await Bulwark.RunAsync("workloads")).Text, StringComparison.Ordinal);
        Assert.Contains((await Bulwark.StatusAsync()).Agent.Warnings, warning => warning.Contains("bulwark advisories update", StringComparison.Ordinal));
    }

    private static string Container(string name) => $"{Name}-{name}";

    private Task<CommandResult> RunAsync(string name, params string[] options) => Host.DockerAsync([
        "run", "-d", "--name", Container(name), "--label", "com.docker.compose.project=" + Name, "--label", "com.docker.compose.service=" + name,
        .. options, Host.Image, "sleep", "infinity"]);

    private async Task RestartPluginAsync(string unanswered)
    {
        Host.Plugin!.Kill();
        await Host.Plugin.WaitForExitAsync();
        await Host.StartPluginAsync(Name, unanswered);
    }

    private async Task RemoveAsync()
    {
        var containers = (await Host.DockerAsync("ps", "-aq", "--filter", "name=^/?" + Name)).Text;
        if (containers.Length > 0)
            _ = (await Host.DockerAsync(["rm", "-f", "-v", .. containers.Split('\n')])).Text;
        await Host.DockerAsync("volume", "rm", "-f", "authorization-bound");
    }

    /// <summary>The host of all these scenarios, and the Bulwark that its Docker asks.</summary>
    public sealed class AskingHost(Stage stage) : IAsyncLifetime
    {
        // Nothing moves by itself here.
        private static readonly Learning s_learning = Learning.Quick with
        {
            MinimumTime = TimeSpan.FromHours(1),
        };

        private Sandbox? _sandbox;
        private Host? _host;
        private BulwarkProcess? _bulwark;

        public Host Host => _host!;

        public BulwarkProcess Bulwark => _bulwark!;

        /// <summary>The file of exceptions for images.</summary>
        public string Exceptions => _sandbox!.PathOf("exceptions");

        public async ValueTask InitializeAsync()
        {
            _sandbox = await Sandbox.CreateAsync();
            _host = await Host.StartAsync(_sandbox, stage.Outside, 13, asks: Name);
            // All but one of these images are of a kind that is not waited for.
            await File.WriteAllTextAsync(Exceptions, $"unscanned image={Host.Image} -- there is another scenario for that\n");
            _bulwark = await BulwarkProcess.StartAsync(
                _host, Name, s_learning with { More = $$""" "images": { "wait": "1ms", "exceptions": "{{Exceptions}}" }, """ });
        }

        public async ValueTask DisposeAsync()
        {
            if (_bulwark is not null)
                await _bulwark.DisposeAsync();
            if (_sandbox is not null)
                await _sandbox.DisposeAsync();
        }
    }
}
