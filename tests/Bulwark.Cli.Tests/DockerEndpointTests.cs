using Bulwark.Cli.Hosting;

namespace Bulwark.Cli.Tests;

public sealed class DockerEndpointTests
{
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
