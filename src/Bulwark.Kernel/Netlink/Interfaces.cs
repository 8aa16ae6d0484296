using System.Runtime.InteropServices;

namespace Bulwark.Kernel.Netlink;

/// <summary>What interfaces and addresses the network namespace of the calling thread has now.</summary>
public static class Interfaces
{
    /// <exception cref="KernelException">The kernel refuses.</exception>
    public static IReadOnlyList<Link> Links()
    {
        var links = new List<Link>();
        Dump(NetlinkMessage.GetLink, new byte[16], (type, body) =>
        {
            if (type == NetlinkMessage.NewLink && NetlinkMessage.ReadLink(body) is { } link)
                links.Add(link);
        });
        return links;
    }

    /// <summary>The interface of that index as it is now; null when it is gone.</summary>
    public static Link? Find(uint index) => Get(new byte[16], index);

    /// <summary>The other end of a veth, wherever it is; null when it is gone.</summary>
    public static Link? PeerOf(Link link)
    {
        if (link.PeerNamespace < 0)
            return null;
        const ushort TargetNamespace = 46; // IFLA_TARGET_NETNSID
        var body = new byte[24]; // struct ifinfomsg, then one attribute of 8 bytes
        MemoryMarshal.Write(body.AsSpan(16), (ushort)8);
        MemoryMarshal.Write(body.AsSpan(18), TargetNamespace);
        MemoryMarshal.Write(body.AsSpan(20), link.PeerNamespace);
        return Get(body, link.Peer);
    }

    private static Link? Get(byte[] body, uint index)
    {
        MemoryMarshal.Write(body.AsSpan(4), index);
        using var socket = new NetlinkSocket(0);
        socket.Send(NetlinkMessage.Request(NetlinkMessage.GetLink, 0, body));
        var bytes = (ReadOnlySpan<byte>)socket.Receive();
        return NetlinkMessage.TryTake(ref bytes, out var type, out var message) && type == NetlinkMessage.NewLink
            ? NetlinkMessage.ReadLink(message)
            : null;
    }

    /// <exception cref="KernelException">The kernel refuses.</exception>
    public static IReadOnlyList<LinkAddress> Addresses()
    {
        var addresses = new List<LinkAddress>();
        Dump(NetlinkMessage.GetAddress, new byte[8], (type, body) =>
        {
            if (type == NetlinkMessage.NewAddress && NetlinkMessage.ReadAddress(body) is { } address)
                addresses.Add(address);
        });
        return addresses;
    }

    /// <summary>Whether the interface's clsact queueing discipline holds any filter, ours or another's.</summary>
    internal static bool HasFilters(uint @interface)
    {
        var found = false;
        foreach (var parent in (ReadOnlySpan<uint>)[NetlinkMessage.ClsactIngress, NetlinkMessage.ClsactEgress])
        {
            Dump(NetlinkMessage.GetFilter, NetlinkMessage.TrafficControl(@interface, 0, parent), (type, _) => found |= type == NetlinkMessage.NewFilter);
        }
        return found;
    }

    /// <summary>The filters at one side of the interface's clsact queueing discipline, in the order in which they see a packet.</summary>
    /// <param name="parent"><see cref="NetlinkMessage.ClsactIngress"/> or <see cref="NetlinkMessage.ClsactEgress"/>.</param>
    internal static IReadOnlyList<Filter> Filters(uint @interface, uint parent)
    {
        var filters = new List<Filter>();
        Dump(NetlinkMessage.GetFilter, NetlinkMessage.TrafficControl(@interface, 0, parent), (type, body) =>
        {
            if (type == NetlinkMessage.NewFilter && NetlinkMessage.ReadFilter(body) is { } filter)
                filters.Add(filter);
        });
        return filters;
    }

    private static void Dump(ushort request, byte[] body, NetlinkDump.MessageHandler handler) => NetlinkDump.Read(NetlinkSocket.Route, request, body, handler);
}
