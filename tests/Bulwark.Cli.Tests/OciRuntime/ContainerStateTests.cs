using System.Text;
using Bulwark.Cli.OciRuntime;

namespace Bulwark.Cli.Tests.OciRuntime;

public sealed class ContainerStateTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("bulwark-state-");

    private string Runtime => Path.Join(_root.FullName, "runtime");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void What_runc_wrote_down_is_enough()
    {
        Write("c1", """{"id":"c1","init_process_pid":4711,"init_process_start":99}""");

        Assert.Equal(4711, ContainerState.ProcessOf("c1", _root.FullName, "/nonexistent"));
    }

    [Fact]
    public void Another_runtime_is_asked_as_the_specification_has_it()
    {
        // Whoever is asked something else does not know.
        Script($$"""[ "$*" = "--root {{_root.FullName}} state c1" ] && echo '{"ociVersion":"1.0.2","id":"c1","status":"created","pid":815}'""");

        Assert.Equal(815, ContainerState.ProcessOf("c1", _root.FullName, Runtime));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"pid":0}""")]
    [InlineData("""{"pid":-1}""")]
    [InlineData("""{"pid":"815"}""")]
    [InlineData("""{"pid":99999999999}""")]
    [InlineData("""{"init_process_pid":815}""")]
    public void What_tells_no_process_is_no_state(string json) => Assert.Null(ContainerState.Read(Encoding.UTF8.GetBytes(json), "pid"));

    [Fact]
    public void A_container_that_nobody_knows_has_no_process()
    {
        Script("echo container does not exist >&2; exit 1");

        Assert.Null(ContainerState.ProcessOf("c1", _root.FullName, Runtime));
    }

    private void Write(string container, string state)
    {
        Directory.CreateDirectory(Path.Join(_root.FullName, container));
        File.WriteAllText(Path.Join(_root.FullName, container, "state.json"), state);
    }

    private void Script(string text)
    {
        File.WriteAllText(Runtime, "#!/bin/sh\n" + text + "\n");
        File.SetUnixFileMode(Runtime, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }
}
