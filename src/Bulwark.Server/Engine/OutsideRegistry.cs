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
    private readonly Dictionary<Peer, Identity> _identities = [];
    private readonly Dictionary<Identity, Peer> _peers = [];
    private readonly Dictionary<Identity, Peer> _unsaved = [];
    private readonly Dictionary<Peer, DateTimeOffset> _seen = [];
    private readonly HashSet<Peer> _seenUnsaved = [];
    private uint _nextRange = Identity.FirstRange;
    private uint _nextName = Identity.FirstOwnName;

    /// <param name="now">Counts as the time when those were seen of which none is stored.</param>
    public OutsideRegistry(IEnumerable<(Identity Identity, Peer Peer, DateTimeOffset? Seen)> known, DateTimeOffset now)
    {
        foreach (var (identity, peer, seen) in known)
        {
            Put(identity, peer);
            _seen[peer] = seen ?? now;
        }
    }

    public IEnumerable<KeyValuePair<Peer, Identity>> All => _identities;

    /// <summary>Every range that has an identity.</summary>
    public IReadOnlyCollection<Peer> Ranges => [.. _identities.Keys.Where(p => p.Kind == PeerKind.Range)];

    /// <summary>The highest identity that the kernel ever gave a known name; null if it gave none.</summary>
    public Identity? HighestOfKernel =>
        _peers.Keys.Where(i => i.IsName && i.Value < Identity.FirstOwnName).Select(i => (Identity?)i).Max();

    public Peer? PeerOf(Identity identity) => _peers.TryGetValue(identity, out var peer) ? peer : null;

    public Identity? IdentityOf(Peer peer) => _identities.TryGetValue(peer, out var identity) ? identity : null;

    /// <summary>The peer was seen to talk, or was asked for.</summary>
    public void See(Peer peer, DateTimeOffset time)
    {
        if (_seen.TryGetValue(peer, out var before) && before >= time)
            return;
        _seen[peer] = time;
        _seenUnsaved.Add(peer);
    }

    /// <summary>Those that were not seen since a time.</summary>
    public IReadOnlyList<Peer> Unseen(DateTimeOffset since) =>
        [.. _identities.Where(known => _seen.GetValueOrDefault(known.Key) < since).OrderBy(known => known.Value).Select(known => known.Key)];

    /// <summary>Whether the peer is a name that got its identity from here, not from the kernel.</summary>
    public bool IsOwnName(Peer peer) => _identities.TryGetValue(peer, out var identity) && identity.IsName && identity.Value >= Identity.FirstOwnName;

    /// <summary>The peer's identity; a new one if it has none. It must be saved before the kernel hears of it.</summary>
    public Identity GetOrAdd(Peer peer, DateTimeOffset now, out bool added)
    {
        See(peer, now);
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
        {
            _seen.Remove(other);
            changed.Add(other);
        }
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
        _seen.Remove(peer);
        _seenUnsaved.Remove(peer);
        return identity;
    }

    /// <summary>Writes what is new. Call <see cref="Saved"/> when the transaction is through.</summary>
    public void Save(SqliteConnection connection)
    {
        foreach (var (identity, peer) in _unsaved)
            IdentityTable.Save(connection, identity, peer, _seen.GetValueOrDefault(peer));
    }

    /// <summary>Writes when those were last seen whose time is not stored yet. Call <see cref="SeenSaved"/> when the transaction is through.</summary>
    public void SaveSeen(SqliteConnection connection)
    {
        foreach (var peer in _seenUnsaved)
        {
            if (_identities.TryGetValue(peer, out var identity))
                IdentityTable.SaveSeen(connection, identity, _seen[peer]);
        }
    }

    public void SeenSaved() => _seenUnsaved.Clear();

    public bool HasUnsaved => _unsaved.Count > 0;

    public void Saved() => _unsaved.Clear();

    private void Put(Identity identity, Peer peer)
    {
        _identities[peer] = identity;
        _peers[identity] = peer;
        if (identity.IsRange)
            _nextRange = Math.Max(_nextRange, identity.Value + 1);
        else if (identity.Value >= Identity.FirstOwnName)
            _nextName = Math.Max(_nextName, identity.Value + 1);
    }
}
