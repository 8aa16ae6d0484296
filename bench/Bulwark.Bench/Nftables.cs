using System.Diagnostics;
using System.Text;

namespace Bulwark.Bench;

/// <summary>
/// Rules of nftables that mean the same as a profile: what is established passes, and what is in a set of client, server, protocol and port; the rest
/// is refused. They see the bridge's packets once, by br_netfilter, as Docker's own rules do.
/// </summary>
internal sealed class Nftables
{
    private int _inForce;

    /// <param name="sizes">Of the sets to have ready.</param>
    public Nftables(params IEnumerable<int> sizes)
    {
        var script = new StringBuilder("table ip bench\ndelete table ip bench\ntable ip bench {\n");
        foreach (var size in sizes)
        {
            script.Append($"  set allowed{size} {{ type ipv4_addr . ipv4_addr . inet_proto . inet_service; elements = {{ ");
            script.AppendJoin(", ", Enumerable.Range(0, size).Select(i => i < Stage.Small
                ? $"{Stage.ClientAddress} . {Stage.ServerAddress} . {(i % 2 == 0 ? "tcp" : "udp")} . {Conversations.FirstPort + i / 2}"
                : $"{Stage.ClientAddress} . 10.98.{i / 500 / 250}.{i / 500 % 250} . tcp . {1 + i % 500}"));
            script.Append(" } }\n");
        }
        Run(script.Append("}\n").ToString());
        LetSeeBridged(false);
    }

    /// <summary>Brings the set of that size into force; 0 takes the rules away.</summary>
    public void Put(int size)
    {
        if (size == _inForce)
            return;
        var script = "";
        if (_inForce != 0)
            script += "flush chain ip bench forward\ndelete chain ip bench forward\n";
        if (size != 0)
        {
            script += $$"""
                table ip bench {
                    chain forward {
                        type filter hook forward priority 0
                        ct state established,related accept
                        ip saddr . ip daddr . meta l4proto . th dport @allowed{{size}} accept
                        reject with icmp admin-prohibited
                    }
                }

                """;
        }
        Run(script);
        LetSeeBridged(size != 0);
        _inForce = size;
    }

    // Without rules the bridge is left to itself, as on a host where nobody asked for more.
    private static void LetSeeBridged(bool see) => File.WriteAllText("/proc/sys/net/bridge/bridge-nf-call-iptables", see ? "1" : "0");

    private static void Run(string script)
    {
        using var nft = Process.Start(new ProcessStartInfo("nft", ["-f", "-"]) { RedirectStandardInput = true })!;
        nft.StandardInput.Write(script);
        nft.StandardInput.Close();
        nft.WaitForExit();
        if (nft.ExitCode != 0)
            throw new InvalidOperationException("nft refuses the rules to compare with");
    }
}
