using System.Net.Sockets;
using System.Text;
using Bulwark.Agent.Starts;
using Bulwark.Cli.OciRuntime;

namespace Bulwark.Cli.Tests.OciRuntime;

public sealed class AgentClientTests : IDisposable
{
    private static readonly StartQuestion s_question = new("c1", 40, TimeSpan.FromMilliseconds(200));

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bulwark-ask-");
    private readonly Socket _agent = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private string Address => Path.Join(_directory.FullName, "start.sock");

    public void Dispose()
    {
        _agent.Dispose();
        _directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData("ready\n", "")]
    [InlineData("Docker did not tell of it\n", "Docker did not tell of it")]
    [InlineData("read", "the agent ended before it answered")]
    [InlineData("", "the agent ended before it answered")]
    public async Task Only_ready_lets_the_container_start(string answer, string missing)
    {
        Listen();
        var asking = Task.Run(() => AgentClient.Ask(Address, s_question));
        using var asker = await _agent.AcceptAsync();
        var question = new byte[StartQuestion.LongestLine];
        var length = await asker.ReceiveAsync(question);
        await asker.SendAsync(Encoding.UTF8.GetBytes(answer));
        asker.Shutdown(SocketShutdown.Both);

        Assert.Equal("c1 40 200\n", Encoding.UTF8.GetString(question, 0, length));
        Assert.Equal(missing, await asking);
    }

    [Fact]
    public void An_agent_that_hangs_is_not_waited_for_forever()
    {
        Listen();

        Assert.Equal("the agent does not answer", AgentClient.Ask(Address, s_question));
    }

    [Fact]
    public void Without_an_agent_it_is_said_where_there_is_none()
    {
        Assert.Equal($"no agent listens on {Address}", AgentClient.Ask(Address, s_question));
        _agent.Bind(new UnixDomainSocketEndPoint(Address));
        Assert.Equal($"no agent listens on {Address}", AgentClient.Ask(Address, s_question));
    }

    private void Listen()
    {
        _agent.Bind(new UnixDomainSocketEndPoint(Address));
        _agent.Listen();
    }
}
