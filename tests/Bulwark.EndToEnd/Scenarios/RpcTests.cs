using System.Globalization;
using Bulwark.EndToEnd.Harness;

namespace Bulwark.EndToEnd.Scenarios;

/// <summary>A service of which a port mapper knows the port: both are recognised and shown, and no port is opened for it.</summary>
public sealed class RpcTests(Stage stage) : IAsyncLifetime
{
    private const int Learnt = 200_001; // programs, and their ports
    private const int LearntPort = 45_001;
    private const int Other = 200_002;
    private const int OtherPort = 45_002;

    // Answers every call that the program is there (RFC 5531), and tells the port mapper where (RFC 1833, version 2).
    private const string Service =
        """
        import socket, struct, sys
        program, port = int(sys.argv[1]), int(sys.argv[2])
        mapper = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        mapper.settimeout(1)
        set_port = struct.pack('>14I', program, 0, 2, 100000, 2, 1, 0, 0, 0, 0, program, 1, 6, port)
        while True:
            try:
                mapper.sendto(set_port, ('127.0.0.1', 111))
                assert struct.unpack('>7I', mapper.recv(64)) == (program, 1, 0, 0, 0, 0, 1)
                break
            except OSError:
                pass
        with socket.create_server(('', port)) as server:
            while True:
                with server.accept()[0] as connection:
                    while call := connection.recv(4096):
                        connection.sendall(struct.pack('>I', 0x80000018) + call[4:8] + struct.pack('>5I', 1, 0, 0, 0, 0))
        """;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private readonly Project _project = new(stage.Host, "rpc");
    private readonly DateTimeOffset _started = DateTimeOffset.UtcNow;
    private BulwarkProcess? _bulwark;

    private BulwarkProcess Bulwark => _bulwark!;

    public async ValueTask InitializeAsync()
    {
        await _project.RemoveAsync();
        _bulwark = await BulwarkProcess.StartAsync(stage.Host, "rpc", Learning.Never);
    }

    public async ValueTask DisposeAsync()
    {
        await _project.RemoveAsync();
        if (_bulwark is not null)
            await _bulwark.DisposeAsync();
    }

    [Fact]
    public async Task A_port_that_rpcbind_assigns_is_shown_as_such_and_another_one_stays_closed()
    {
        var network = await _project.AddNetworkAsync("default");
        await _project.RunAsync("server", network, string.Create(CultureInfo.InvariantCulture,
            $"""
            mkdir -p /run/rpcbind
            python3 -c "{Service}" {Learnt} {LearntPort} & python3 -c "{Service}" {Other} {OtherPort} &
            exec rpcbind -f -i
            """));
        await _project.RunAsync("client", network, "sleep infinity");
        await Poll.UntilAsync("the service is there", s_limit, async () => (await CallAsync(Learnt)).Succeeded);
        for (var i = 0; i < 5; i++)
            _ = (await CallAsync(Learnt)).Text;

        await Poll.UntilAsync("both are recognised", s_limit, async () =>
        {
            var found = (await Bulwark.MapAsync()).Conversations.Where(each => each.Server == "rpc/server").Select(each => (each.Port, each.Protocol)).ToHashSet();
            return found.Any(each => each.Port.StartsWith("111/", StringComparison.Ordinal) && each.Protocol == "portmap") && found.Contains(($"{LearntPort}/tcp", "rpc"));
        });

        _ = (await Bulwark.RunAsync("mode", "--all", "protect")).Text;
        _ = (await CallAsync(Learnt)).Text;
        Assert.False((await CallAsync(Other)).Succeeded, "a service that was never called");

        var item = await Bulwark.WaitForBlockedAsync(_started, "rpc/client", "out", "rpc/server", $"{OtherPort}/tcp");
        Assert.Contains("port mapper", string.Join(' ', (await Bulwark.ExplainAsync(item.Id)).Paragraphs), StringComparison.Ordinal);
    }

    private Task<CommandResult> CallAsync(int program) =>
        _project.ExecAsync("client", string.Create(CultureInfo.InvariantCulture, $"timeout 10 rpcinfo -T tcp server {program} 1"));
}
