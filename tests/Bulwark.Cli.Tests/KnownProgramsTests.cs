using Bulwark.Cli.Api;
using Bulwark.Cli.Commands;

namespace Bulwark.Cli.Tests;

public sealed class KnownProgramsTests
{
    [Theory]
    [InlineData("shop/web-1", true)]
    [InlineData("another-1", false)]
    [InlineData("c", false)]
    public async Task Programs_of_a_containers_workload_are_those_of_its_conversations(string container, bool isKnown)
    {
        await using var server = await CannedServer.StartAsync();
        using var client = new ApiClient(server.Socket);

        var expected = Sample.Profile.Entries.SelectMany(entry => entry.Executables).Select(path => path.TrimStart('/')).Distinct();
        Assert.Equal(isKnown ? expected : [], await KnownPrograms.OfAsync(client, container, CancellationToken.None));
        Assert.NotEmpty(expected);
    }

    [Fact]
    public async Task Without_a_server_none_is_known()
    {
        using var client = new ApiClient("/nonexistent/socket");

        Assert.Empty(await KnownPrograms.OfAsync(client, "web", CancellationToken.None));
    }
}
