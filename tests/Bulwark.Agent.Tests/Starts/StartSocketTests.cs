using System.Net.Sockets;
using System.Text;
using Bulwark.Agent.Starts;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bulwark.Agent.Tests.Starts;

public sealed class StartSocketTests : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bulwark-start-");
    private readonly CancellationTokenSource _stop = new();
    private readonly List<StartQuestion> _questions = [];
    private Task _serving = Task.CompletedTask;

    private string Address => Path.Join(_directory.FullName, "run", "start.sock");

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_question_gets_its_answer()
    {
        Serve();

        Assert.Equal("ready\n", await AskAsync("c1 40 5000\n"));
        Assert.Equal([new StartQuestion("c1", 40, TimeSpan.FromSeconds(5))], _questions);
    }

    [Theory]
    [InlineData("c1 40\n")]
    [InlineData("\n")]
    [InlineData("GET / HTTP/1.1\r\n")]
    public async Task What_is_no_question_is_not_asked(string line)
    {
        Serve();

        Assert.StartsWith("the agent did not understand", await AskAsync(line), StringComparison.Ordinal);
        Assert.Empty(_questions);
    }

    [Fact]
    public async Task A_line_without_an_end_is_no_question_and_the_next_one_is_answered()
    {
        Serve();

        Assert.StartsWith("the agent did not understand", await AskAsync(new string('a', 4096)), StringComparison.Ordinal);
        Assert.Equal("ready\n", await AskAsync("c1 40 5000\n"));
    }

    [Fact]
    public void Only_root_may_ask()
    {
        Serve();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Address));
    }

    [Fact]
    public async Task A_socket_that_a_dead_agent_left_is_replaced_and_it_is_gone_in_the_end()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Address)!);
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(Address + "1"));
            // Renamed, so that closing does not remove it.
            File.Move(Address + "1", Address);
        }
        Serve();
        Assert.Equal("ready\n", await AskAsync("c1 40 5000\n"));

        await StopAsync();

        Assert.False(File.Exists(Address));
    }

    [Fact]
    public async Task The_socket_of_another_agent_stays_its_own()
    {
        Serve();
        var second = new StartSocket(Address, _ => Task.FromResult("not me"), NullLogger.Instance).RunAsync(_stop.Token);

        Assert.Equal("ready\n", await AskAsync("c1 40 5000\n"));
        Assert.False(second.IsCompleted);
    }

    private void Serve() => _serving = new StartSocket(Address, question =>
    {
        _questions.Add(question);
        return Task.FromResult(StartQuestion.Ready);
    }, NullLogger.Instance).RunAsync(_stop.Token);

    private async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<string> AskAsync(string line)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Address));
        await socket.SendAsync(Encoding.UTF8.GetBytes(line));
        var answer = new byte[1024];
        return Encoding.UTF8.GetString(answer, 0, await socket.ReceiveAsync(answer));
    }
}
