using Bulwark.Kernel.Native;

namespace Bulwark.Kernel.Netlink;

/// <summary>Whether anything in the network namespace of the calling thread wants to see packets that bridges and interfaces carry.</summary>
public static class BridgeFilters
{
    private const ushort GetTable = 10 << 8 | 1; // NFNL_SUBSYS_NFTABLES, NFT_MSG_GETTABLE
    private const ushort NewTable = 10 << 8; // NFT_MSG_NEWTABLE

    // There if br_netfilter is, for which Linux has "yes" unless told otherwise.
    private static readonly string[] s_settings = ["/proc/sys/net/bridge/bridge-nf-call-iptables", "/proc/sys/net/bridge/bridge-nf-call-ip6tables"];

    // Those of ebtables before nftables, each for a hook of bridges.
    private static readonly string[] s_modules = ["ebtable_broute", "ebtable_filter", "ebtable_nat"];

    /// <summary>
    /// By iptables (br_netfilter), by ebtables, or by a table of nftables for bridges or single interfaces. What cannot be found out counts as one.
    /// </summary>
    public static bool AreThere()
    {
        try
        {
            return s_settings.Any(IsOn) || s_modules.Any(module => Directory.Exists("/sys/module/" + module)) || HasTables(7) || HasTables(5); // NFPROTO_BRIDGE, NFPROTO_NETDEV
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or KernelException)
        {
            return true;
        }
    }

    private static bool IsOn(string setting) => File.Exists(setting) && File.ReadAllText(setting).Trim() != "0";

    private static bool HasTables(byte family)
    {
        var found = false;
        try
        {
            NetlinkDump.Read(NetlinkSocket.Netfilter, GetTable, [family, 0, 0, 0], (type, body) => found |= type == NewTable && body.Length >= NetlinkMessage.NetfilterHeader && body[0] == family);
        }
        catch (KernelException e) when (e.Error is Errno.Invalid or Errno.ProtocolNotSupported or Errno.NotSupported)
        {
            // No nftables in this kernel, or none for this family.
        }
        return found;
    }
}
