using Bulwark.Cli.OciRuntime;

namespace Bulwark.Cli.Tests.OciRuntime;

public sealed class RuntimeArgumentsTests
{
    private const string Id = "4c01db0b339c4c01db0b339c4c01db0b339c4c01db0b339c4c01db0b339c0000";

    [Fact]
    public void The_call_of_a_shim_is_read()
    {
        var read = Parse($"--root /run/docker/runtime-bulwark/moby --log /run/x/log.json --log-format json --systemd-cgroup start {Id}");

        Assert.Equal(("start", Id), (read.Command, read.StartedContainer));
        Assert.Equal(("/run/docker/runtime-bulwark/moby", "/run/x/log.json", true), (read.Root, read.Log, read.LogsJson));
        Assert.Equal((0, "", false, RuntimeArguments.DefaultSocket, RuntimeArguments.DefaultWait), (read.Own, read.Runtime, read.IsClosed, read.Socket, read.Wait));
    }

    [Theory]
    [InlineData("--root=/r --log=/l --log-format=json start c1")]
    [InlineData("-root /r -log /l -log-format json start c1")]
    [InlineData("--debug --root /r --criu /usr/sbin/criu --rootless auto --log /l --log-format json start -- c1")]
    [InlineData("--cgroup-manager cgroupfs --debug=true --root /r --log /l --log-format=json -- start c1")]
    public void Options_are_read_as_runc_reads_them(string line)
    {
        var read = Parse(line);

        Assert.Equal(("c1", "/r", "/l", true), (read.StartedContainer, read.Root, read.Log, read.LogsJson));
    }

    [Theory]
    [InlineData("start c1", "start", "c1")]
    [InlineData("--root start start c1", "start", "c1")]
    [InlineData("--log start state c1", "state", "")]
    [InlineData("create --bundle /b start", "create", "")]
    [InlineData("exec c1 start c1", "exec", "")]
    [InlineData("kill start 9", "kill", "")]
    [InlineData("run start", "run", "")]
    [InlineData("start --help", "start", "")]
    [InlineData("start --help c1", "start", "")]
    [InlineData("start", "start", "")]
    [InlineData("start c1 c2", "start", "")]
    [InlineData("--version", "", "")]
    [InlineData("--help", "", "")]
    [InlineData("--root", "", "")]
    [InlineData("", "", "")]
    [InlineData("-", "-", "")]
    public void Only_start_with_one_container_waits(string line, string command, string container)
    {
        var read = Parse(line);

        Assert.Equal((command, container), (read.Command, read.StartedContainer));
    }

    [Theory]
    [InlineData("../../../etc/passwd")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("a/b")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("é")]
    [InlineData("")]
    [InlineData("-c1")]
    public void A_name_that_no_container_can_have_is_left_to_runc(string name) =>
        Assert.Equal("", RuntimeArguments.Parse(["start", name]).StartedContainer);

    [Fact]
    public void A_name_that_is_too_long_is_left_to_runc() =>
        Assert.Equal("", RuntimeArguments.Parse(["start", new string('a', 256)]).StartedContainer);

    [Fact]
    public void Own_options_come_first_and_are_counted()
    {
        var read = Parse("--runtime /usr/bin/crun --unanswered=closed --wait 1500ms --start-socket=/run/x.sock --root /r start c1");

        Assert.Equal((6, "/usr/bin/crun", true, "/run/x.sock", TimeSpan.FromSeconds(1.5)), (read.Own, read.Runtime, read.IsClosed, read.Socket, read.Wait));
        Assert.Equal(("/r", "c1"), (read.Root, read.StartedContainer));
    }

    [Theory]
    [InlineData("--runtime crun")]
    [InlineData("--runtime")]
    [InlineData("--unanswered=maybe")]
    [InlineData("--wait 0s")]
    [InlineData("--wait 6m")]
    [InlineData("--wait soon")]
    [InlineData("--start-socket start.sock")]
    public void An_own_option_that_makes_no_sense_is_named(string line) =>
        Assert.Contains(line.Split(' ', '=')[0], Assert.Throws<RuntimeException>(() => Parse(line)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("runtime", false)]
    [InlineData("runtime --help", false)]
    [InlineData("runtime -h", false)]
    [InlineData("runtime --version", true)]
    [InlineData("runtime --unanswered=closed --help", true)]
    [InlineData("runtime state c1", true)]
    [InlineData("status", false)]
    public void Asked_for_help_alone_it_shows_its_own(string line, bool meant) => Assert.Equal(meant, RuntimeWrapper.IsMeant(line.Split(' ')));

    private static RuntimeArguments Parse(string line) => RuntimeArguments.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
