using Bulwark.Cli.Hosting;

namespace Bulwark.Cli.Tests;

public sealed class DockerEndpointTests
{
    [Theory]
    [InlineData("unix:///var/run/docker.sock")]
    [InlineData("unix:///var/run/docker.sock", "/var/run/docker.sock", "/run/podman/podman.sock")]
    [InlineData("unix:///run/podman/podman.sock", "/run/podman/podman.sock")]
    [InlineData("unix:///run/user/7/podman/podman.sock", "/run/podman/podman.sock", "/run/user/7/podman/podman.sock")]
    public void The_daemon_of_a_persons_images_is_Docker_or_podman_where_there_is_no_Docker(string expected, params string[] sockets)
    {
        string? Variable(string name) => name == "XDG_RUNTIME_DIR" ? "/run/user/7" : null;

        Assert.Equal(expected, DockerEndpoint.OfPerson(Variable, sockets.Contains));
        Assert.Equal("unix:///d", DockerEndpoint.OfPerson(name => name == "DOCKER_HOST" ? "unix:///d" : Variable(name), sockets.Contains));
    }

    [Theory]
    [InlineData("tcp://127.0.0.1:2375")]
    [InlineData("nonsense")]
    public void What_is_no_unix_socket_is_told_with_what_to_write_instead(string address)
    {
        var failure = Assert.Throws<CommandFailure>(() => DockerEndpoint.Open(address, "bulwark up"));

        Assert.Equal(ExitCode.Usage, failure.Code);
        Assert.Contains(address, failure.Cause, StringComparison.Ordinal);
        Assert.Equal("bulwark up --docker unix:///var/run/docker.sock", failure.Hint);
    }
}
