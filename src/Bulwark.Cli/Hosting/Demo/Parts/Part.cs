using System.Net;
using System.Net.Sockets;

namespace Bulwark.Cli.Hosting.Demo.Parts;

/// <summary>What the executable does inside the demonstration's containers.</summary>
internal static class Part
{
    public const string Proxy = "proxy";
    public const string Web = "web";
    public const string Database = "database";

    /// <summary>Reads the page of web again and again, and has no business with the database.</summary>
    public const string Report = "report";

    /// <summary>What an attacker runs: asks the database of a host and port for its data.</summary>
    public const string Reach = "reach";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(300);

    public static Task<int> RunAsync(IReadOnlyList<string> words, TextWriter output, CancellationToken cancel) => words switch
    {
        [Proxy] => ServeHttpAsync(Addresses.ProxyPort, token => TinyHttp.GetAsync(Addresses.Web, Addresses.WebPort, token), cancel),
        [Web] => ServeHttpAsync(Addresses.WebPort, VisitAsync, cancel),
        [Database] => TinyDatabase.ServeAsync([Addresses.DatabasePort, Addresses.MaintenancePort], cancel),
        [Report] => ReadAsync(cancel),
        [Reach, var host, var port] when ushort.TryParse(port, out var number) => Parts.Reach.RunAsync(host, number, output, cancel),
        _ => throw new CommandFailure("there is no such part of the demonstration") { Code = ExitCode.Usage, Hint = "bulwark demo" },
    };

    /// <summary>Answers every connection until cancelled; one that fails ends alone.</summary>
    public static async Task<int> ServeAsync(int port, Func<NetworkStream, CancellationToken, Task> answer, CancellationToken cancel)
    {
        using var listener = new TcpListener(IPAddress.IPv6Any, port);
        listener.Server.DualMode = true;
        listener.Start();
        while (true)
        {
            var client = await listener.AcceptTcpClientAsync(cancel).ConfigureAwait(false);
            _ = AnswerAsync(client, answer, cancel);
        }
    }

    private static async Task AnswerAsync(TcpClient client, Func<NetworkStream, CancellationToken, Task> answer, CancellationToken cancel)
    {
        using (client)
        using (var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel))
        {
            limit.CancelAfter(s_patience);
            try
            {
                await answer(client.GetStream(), limit.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or InvalidDataException)
            {
                // The client sees that it ends; there is nobody else to tell.
            }
        }
    }

    private static Task<int> ServeHttpAsync(int port, Func<CancellationToken, Task<string>> page, CancellationToken cancel) =>
        ServeAsync(port, (stream, limit) => TinyHttp.AnswerAsync(stream, page, limit), cancel);

    private static async Task<string> VisitAsync(CancellationToken cancel) =>
        $"visit {await TinyDatabase.AskAsync(Addresses.Database, Addresses.DatabasePort, ["INCR", TinyDatabase.Visits], cancel).ConfigureAwait(false)}";

    private static async Task<int> ReadAsync(CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                limit.CancelAfter(s_patience);
                await TinyHttp.GetAsync(Addresses.Web, Addresses.WebPort, limit.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or SocketException or InvalidDataException
                || (e is OperationCanceledException && !cancel.IsCancellationRequested))
            {
                // web may not be there yet.
            }
            await Task.Delay(s_pause, cancel).ConfigureAwait(false);
        }
    }
}
