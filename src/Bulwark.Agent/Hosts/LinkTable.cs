using Bulwark.Kernel.Netlink;

namespace Bulwark.Agent.Hosts;

/// <summary>The host's interfaces, as last heard. Belongs to the host loop.</summary>
internal sealed class LinkTable
{
    private readonly Dictionary<uint, Link> _links = [];

    public IReadOnlyCollection<Link> All => _links.Values;

    public void Put(Link link) => _links[link.Index] = link;

    public void Remove(uint index) => _links.Remove(index);

    public Link? Find(uint index) => _links.GetValueOrDefault(index);

    public bool IsBridge(uint index, IReadOnlySet<string> names) =>
        index != 0 && _links.TryGetValue(index, out var link) && names.Contains(link.Name);

    /// <summary>The host's end of a veth whose other end is <paramref name="inner"/>, in a namespace of its own.</summary>
    public Link? HostEndOf(Link inner) =>
        inner.IsVeth && _links.TryGetValue(inner.Peer, out var outer) && outer.IsVeth && outer.Peer == inner.Index ? outer : null;

    /// <summary>Takes a whole listing; returns the interfaces that are gone.</summary>
    public IReadOnlyList<uint> Replace(IReadOnlyList<Link> links)
    {
        var gone = _links.Keys.Except(links.Select(l => l.Index)).ToList();
        _links.Clear();
        foreach (var link in links)
            _links[link.Index] = link;
        return gone;
    }
}
