using System.Net;
using Bulwark.Model;
using Bulwark.Model.Observations;
using Microsoft.Extensions.Logging;

namespace Bulwark.Server.Engine;

/// <summary>
/// Tells the kernel the identities of services outside, and takes them away again. What it does not take is tried again every second, with
/// a warning while that lasts.
/// </summary>
internal sealed partial class OutsideAssigner(StateWriter state, IAgent agent, ILogger logger)
{
    /// <summary>Shown while the kernel lacks an identity.</summary>
    public const string NotAssigned =
        "The kernel does not take the identity of a service outside, so its conversations may be blocked. It is tried again every second; the log says why.";

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly HashSet<Peer> _waiting = [];
    private readonly HashSet<Peer> _failed = [];
    private readonly Dictionary<Peer, Identity> _assigned = [];
    private DateTimeOffset _retryAt = DateTimeOffset.MinValue;

    /// <summary>
    /// The kernel is to know the peer's identity, from the next <see cref="AssignAll"/> on. One that the kernel gave a name by itself is
    /// told as well: it would forget that in time.
    /// </summary>
    public void Add(Peer peer)
    {
        if (!_assigned.TryGetValue(peer, out var told) || told != state.Outside.IdentityOf(peer))
            _waiting.Add(peer);
    }

    public void AssignAll(DateTimeOffset now)
    {
        if (_failed.Count > 0 && now >= _retryAt)
            _waiting.UnionWith(_failed);
        if (_waiting.Count == 0)
            return;
        // In the order of their identities, so that the same state gives the same calls.
        foreach (var (peer, identity) in _waiting.Select(p => (Peer: p, Identity: state.Outside.IdentityOf(p))).OrderBy(p => p.Identity))
        {
            // Without an identity it was forgotten meanwhile.
            if (identity is not { } known || Assign(peer, known))
                _failed.Remove(peer);
            else
                _retryAt = now + RetryAfter;
        }
        _waiting.Clear();
        state.Warn(NotAssigned, _failed.Count > 0);
    }

    /// <summary>Takes a range's identity away; whether the kernel did it.</summary>
    public bool Remove(Peer range)
    {
        try
        {
            agent.RemoveRange(IPNetwork.Parse(range.Name));
            _assigned.Remove(range);
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogNotRemoved(e, range.ToString());
            return false;
        }
    }

    private bool Assign(Peer peer, Identity identity)
    {
        try
        {
            if (peer.Kind == PeerKind.Range)
                agent.AssignRange(IPNetwork.Parse(peer.Name), identity);
            else
                agent.AssignName(peer.Name, identity);
            _assigned[peer] = identity;
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (_failed.Add(peer))
                LogNotAssigned(e, peer.ToString());
            return false;
        }
    }

    [LoggerMessage(2, LogLevel.Error, "The kernel did not take the identity of {Peer}.")]
    private partial void LogNotAssigned(Exception e, string peer);

    [LoggerMessage(3, LogLevel.Error, "The kernel did not take the identity of {Peer} away.")]
    private partial void LogNotRemoved(Exception e, string peer);
}
