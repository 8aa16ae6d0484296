using System.Net;
using System.Net.Sockets;
using System.Text;
using Bulwark.Runtimes.Docker;

namespace Bulwark.Runtimes.Tests.Docker;

public sealed class DockerTransportTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"bwt-{Guid.NewGuid():N}.sock");
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly DockerLimits _limits = new() { AnswerBytes = 1000, EventBytes = 200, Answer = TimeSpan.FromSeconds(2) };

    public DockerTransportTests()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(_path));
        _listener.Listen();
    }

    [Fact]
    public async Task An_answer_that_is_too_long_is_refused() =>
        Assert.Contains("more than 1000 bytes", (await Assert.ThrowsAsync<DockerException>(() => AskAsync("200 OK", new string(' ', 2000)))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task An_answer_that_is_no_JSON_is_told_as_such() =>
        Assert.Equal(HttpStatusCode.OK, (await Assert.ThrowsAsync<DockerException>(() => AskAsync("200 OK", "<html>"))).Status);

    [Fact]
    public async Task An_error_that_is_no_JSON_is_told_by_its_status() =>
        Assert.Equal(HttpStatusCode.BadGateway, (await Assert.ThrowsAsync<DockerException>(() => AskAsync("502 Bad Gateway", "<html>"))).Status);

    [Fact]
    public async Task A_daemon_that_does_not_answer_is_not_waited_for_without_end()
    {
        using var client = new DockerClient($"unix://{_path}", _limits with { Answer = TimeSpan.FromMilliseconds(100) });

        Assert.True((await Assert.ThrowsAsync<DockerException>(() => client.VersionAsync())).IsTimeout);
    }

    [Fact]
    public async Task A_cancelled_question_is_cancelled_and_no_fault_of_the_daemon()
    {
        using var client = new DockerClient($"unix://{_path}", _limits);
        using var cancelled = new CancellationTokenSource(50);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.VersionAsync(cancelled.Token));
    }

    [Fact]
    public async Task An_event_that_is_too_long_counts_as_lost_and_the_next_one_is_read()
    {
        using var client = new DockerClient($"unix://{_path}", _limits);
        var opening = client.OpenEventsAsync(DateTimeOffset.UnixEpoch);
        await AnswerAsync("200 OK", """{"ApiVersion":"1.41","MinAPIVersion":"1.12"}""");
        var next = """{"Type":"container","Action":"start","Actor":{"ID":"c"}}""";
        await AnswerAsync("200 OK", new string('x', 5000) + "\n" + next + "\n");

        using var events = await opening;
        var read = new List<DockerEventSubject>();
        await foreach (var one in events)
            read.Add(one.Subject);

        Assert.Equal([DockerEventSubject.Lost, DockerEventSubject.Container], read);
    }

    [Theory]
    [InlineData("tcp://127.0.0.1:2375")]
    [InlineData("unix://")]
    [InlineData("/var/run/docker.sock")]
    public void Only_a_unix_socket_is_an_endpoint(string endpoint) =>
        Assert.Throws<FormatException>(() => new DockerClient(endpoint));

    [Theory]
    [InlineData("1.41", "1.12", "1.41")]
    [InlineData("1.52", "1.24", "1.41")]
    [InlineData("1.52", "1.44", "1.44")]
    [InlineData("1.39", "1.12", "1.39")]
    [InlineData("", "", "1.41")]
    public void The_version_to_speak_is_the_nearest_that_the_daemon_knows(string newest, string oldest, string spoken) =>
        Assert.Equal(spoken, new DockerVersion("", newest, oldest).Spoken);

    public void Dispose()
    {
        _listener.Dispose();
        File.Delete(_path);
    }

    private async Task AskAsync(string status, string body)
    {
        using var client = new DockerClient($"unix://{_path}", _limits);
        var asking = client.VersionAsync();
        await AnswerAsync(status, body);
        await asking;
    }

    private async Task AnswerAsync(string status, string body)
    {
        using var connection = await _listener.AcceptAsync();
        await connection.ReceiveAsync(new byte[4096]);
        await connection.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
    }
}
