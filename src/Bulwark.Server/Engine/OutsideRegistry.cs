using Bulwark.Model;
using Bulwark.Server.Store;
using Microsoft.Data.Sqlite;

namespace Bulwark.Server.Engine;

/// <summary>
/// Identities of services outside. Names get theirs from the kernel, which meets them first; ranges, and names that a person allows
/// before anyone asked DNS for them, from here. Used by the engine's loop only.
/// </summary>
internal sealed class OutsideRegistry
{
    // Far above what the kernel counts up to, so that both can give out identities without asking each other.
    private const uint FirstOwnName = Identity.FirstName + 0x2000_0000;

    private readonly Dictionary<Peer, Identity> _identities = [];
    private readonly Dictionary<Identity, Peer> _peers = [];
    private readonly Dictionary<Identity, Peer> _unsaved = [];
    private uint _nextRange = Identity.FirstRange;
    private uint _nextName = FirstOwnName;

    public OutsideRegistry(IEnumerable<(Identity Identity, Peer Peer)> known)
    {
        foreach (var (identity, peer) in known)
            Put(identity, peer);
    }

    public IEnumerable<KeyValuePair<Peer, Identity>> All => _identities;

    /// <summary>Every range that has an identity.</summary>
    public IReadOnlyCollection<Peer> Ranges => [.. _identities.Keys.Where(p => p.Kind == PeerKind.Range)];

    public Peer? PeerOf(Identity identity) => _peers.TryGetValue(identity, out var peer) ? peer : null;

    public Identity? IdentityOf(Peer peer) => _identities.TryGetValue(peer, out var identity) ? identity : null;

    /// <summary>The peer's identity; a new one if it has none. It must be saved before the kernel hears of it.</summary>
    public Identity GetOrAdd(Peer peer, out bool added)
    {
        added = !_identities.TryGetValue(peer, out var identity);
        if (!added)
            return identity;
        identity = new(peer.Kind == PeerKind.Range ? _nextRange : _nextName);
        Put(identity, peer);
        _unsaved[identity] = peer;
        return identity;
    }

    /// <summary>The kernel gave a name an identity. Its word counts; returns the peers whose identity is another now.</summary>
    public IReadOnlyList<Peer> Learn(Peer name, Identity identity)
    {
        if (_peers.TryGetValue(identity, out var before) && before == name)
            return [];
        var changed = new List<Peer> { name };
        if (_peers.Remove(identity, out var other) && _identities.Remove(other))
            changed.Add(other);
        if (_identities.Remove(name, out var old))
            _peers.Remove(old);
        Put(identity, name);
        _unsaved[identity] = name;
        return changed;
    }

    /// <summary>Forgets the peer; returns the identity that it had.</summary>
    public Identity? Remove(Peer peer)
    {
        if (!_identities.Remove(peer, out var identity))
            return null;
        _peers.Remove(identity);
        _unsaved.Remove(identity);
        return identity;
    }

    /// <summary>Writes what is new. Call <see cref="Saved"/> when the transaction is through.</summary>
    public void Save(SqliteConnection connection)
    {
        foreach (var (identity, peer) in _unsaved)
            IdentityTable.Save(connection, identity, peer);
    }

    public bool HasUnsaved => _unsaved.Count > 0;

    public void Saved() => _unsaved.Clear();

    private void Put(Identity identity, Peer peer)
    {
        _identities[peer] = identity;
        _peers[identity] = peer;
        if (identity.IsRange)
            _nextRange = Math.Max(_nextRange, identity.Value + 1);
        else if (identity.Value >= FirstOwnName)
            _nextName = Math.Max(_nextName, identity.Value + 1);
    }
}
