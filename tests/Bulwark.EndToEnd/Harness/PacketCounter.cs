using System.Globalization;

namespace Bulwark.EndToEnd.Harness;

/// <summary>Counts the datagrams that arrive, by port: in the kernel, before anything on that side could refuse them.</summary>
public sealed class PacketCounter : IAsyncDisposable
{
    private const string Table = "bulwark_test";

    private readonly Machine _machine;
    private readonly string[] _enter;

    private PacketCounter(Machine machine, string[] enter)
    {
        _machine = machine;
        _enter = enter;
    }

    /// <summary>Counts what arrives at a machine, or in the network namespace of one of its processes.</summary>
    public static async Task<PacketCounter> StartAsync(Machine machine, IReadOnlyList<int> ports, int process = 0)
    {
        var counter = new PacketCounter(machine, process == 0 ? [] : ["nsenter", $"--net=/proc/{process}/ns/net", "--"]);
        await counter.NftAsync("add", "table", "inet", Table);
        await counter.NftAsync("add", "chain", "inet", Table, "arriving", "{ type filter hook prerouting priority -300; }");
        foreach (var port in ports)
        {
            await counter.NftAsync("add", "counter", "inet", Table, NameOf(port));
            await counter.NftAsync(
                "add", "rule", "inet", Table, "arriving", "udp", "dport", port.ToString(CultureInfo.InvariantCulture), "counter", "name", NameOf(port));
        }
        return counter;
    }

    /// <summary>How many arrived for that port.</summary>
    public async Task<int> CountAsync(int port)
    {
        var words = (await NftAsync("list", "counter", "inet", Table, NameOf(port))).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return int.Parse(words[Array.IndexOf(words, "packets") + 1], CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync() => await NftAsync("delete", "table", "inet", Table);

    private static string NameOf(int port) => string.Create(CultureInfo.InvariantCulture, $"port{port}");

    private async Task<string> NftAsync(params IReadOnlyList<string> words) => (await _machine.RunAsync([.. _enter, "nft", .. words])).Text;
}
