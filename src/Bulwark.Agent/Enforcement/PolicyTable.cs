using System.Net;
using System.Net.Sockets;
using System.Text;
using Bulwark.Kernel;
using Bulwark.Kernel.Layout;
using Bulwark.Model;
using Bulwark.Model.Enforcement;

namespace Bulwark.Agent.Enforcement;

/// <summary>
/// The kernel's policies and the identities of services outside. A policy is never changed in place: the new one is written under a new
/// version, then the workload is switched to it by one update, then the old one is deleted.
/// </summary>
internal sealed class PolicyTable
{
    private const uint Allowed = 1;

    // A packet is judged in microseconds.
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(100);

    private readonly KernelPrograms _kernel;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Dictionary<Identity, InForce> _inForce = [];
    private readonly Queue<(long Since, IReadOnlyList<PolicyKey> Keys)> _retired = [];

    /// <summary>Takes over what is in the kernel; entries of no workload's policy, left by an update that was cut short, go.</summary>
    public PolicyTable(KernelPrograms kernel, TimeProvider time)
    {
        _kernel = kernel;
        _time = time;
        var entries = new Dictionary<uint, HashSet<PolicyEntry>>();
        var workloads = kernel.Workloads.Entries().ToList();
        foreach (var (_, policy) in workloads)
            entries[policy.Policy] = [];
        foreach (var key in kernel.Policies.Keys())
        {
            if (entries.TryGetValue(key.Policy, out var own))
                own.Add(new((Direction)key.Direction, new(key.Peer), new(key.Transport), key.Port));
            else
                kernel.Policies.Remove(key);
        }
        foreach (var (identity, policy) in workloads)
            _inForce[new(identity)] = new(policy.Policy, (Mode)policy.Mode, entries[policy.Policy]);
    }

    /// <summary>Makes the kernel know the workload: packets of unknown ones do not pass. A new one learns.</summary>
    public void Ensure(Identity workload)
    {
        lock (_lock)
        {
            if (_inForce.ContainsKey(workload))
                return;
            var version = NextVersion();
            _kernel.Workloads.Set(workload.Value, new() { Policy = version, Mode = (uint)Mode.Learn });
            _inForce[workload] = new(version, Mode.Learn, []);
        }
    }

    /// <inheritdoc cref="IEnforcer.Apply"/>
    public void Apply(Identity workload, Mode mode, IReadOnlyCollection<PolicyEntry> entries)
    {
        lock (_lock)
        {
            var wanted = entries.ToHashSet();
            var old = _inForce.GetValueOrDefault(workload);
            if (old is not null && old.Mode == mode && old.Entries.SetEquals(wanted))
                return;
            DeleteRetired();
            var version = NextVersion();
            var written = new List<PolicyKey>(wanted.Count);
            try
            {
                foreach (var entry in wanted)
                {
                    var key = KeyOf(version, entry);
                    _kernel.Policies.Set(key, Allowed);
                    written.Add(key);
                }
                _kernel.Workloads.Set(workload.Value, new() { Policy = version, Mode = (uint)mode });
            }
            catch (KernelException e)
            {
                Delete(written);
                throw new PolicyTooLargeException(workload, wanted.Count, e);
            }
            _inForce[workload] = new(version, mode, wanted);
            if (old is not null)
                Retire(old);
        }
    }

    /// <summary>
    /// Deletes the entries of policies that are no longer in force: not at once, since a packet that is being judged may have read the
    /// workload's version just before it changed.
    /// </summary>
    public void DeleteRetired()
    {
        lock (_lock)
        {
            while (_retired.TryPeek(out var oldest) && _time.GetElapsedTime(oldest.Since) >= s_grace)
                Delete(_retired.Dequeue().Keys);
        }
    }

    /// <inheritdoc cref="IEnforcer.Remove"/>
    public void Remove(Identity workload)
    {
        lock (_lock)
        {
            if (!_inForce.Remove(workload, out var old))
                return;
            _kernel.Workloads.Remove(workload.Value);
            Retire(old);
        }
    }

    /// <inheritdoc cref="IEnforcer.AssignRange"/>
    public void AssignRange(IPNetwork range, Identity identity)
    {
        lock (_lock)
        {
            var key = KeyOf(range);
            if (_kernel.Ranges.TryGet(key, out var known) && known == identity.Value)
                return;
            _kernel.Ranges.Set(key, identity.Value);
            AddressesChanged();
        }
    }

    /// <inheritdoc cref="IEnforcer.RemoveRange"/>
    public void RemoveRange(IPNetwork range)
    {
        lock (_lock)
        {
            if (_kernel.Ranges.Remove(KeyOf(range)))
                AddressesChanged();
        }
    }

    /// <inheritdoc cref="IEnforcer.AssignName"/>
    public void AssignName(string hostName, Identity identity)
    {
        var key = new NameKey();
        var bytes = Encoding.UTF8.GetBytes(hostName);
        if (bytes.Length >= NameKey.Length)
            throw new ArgumentException("A host name has at most 253 characters (RFC 1035).", nameof(hostName));
        bytes.CopyTo(key);
        _kernel.Names.Set(key, identity.Value);
    }

    /// <inheritdoc cref="IEnforcer.ReserveNames"/>
    public void ReserveNames(Identity highest)
    {
        if (!highest.IsName || highest.Value >= Identity.FirstOwnName)
            throw new ArgumentOutOfRangeException(nameof(highest), highest, "The kernel never gave that out.");
        lock (_lock)
        {
            var next = highest.Value - Identity.FirstName + 1;
            _kernel.Settings.TryGet(Setting.NextName, out var current);
            if (current < next)
                _kernel.Settings.Set(Setting.NextName, next);
        }
    }

    /// <summary>Makes the kernel resolve the peers of open connections again.</summary>
    public void AddressesChanged()
    {
        lock (_lock)
            Increment(Setting.AddressesEpoch);
    }

    /// <summary>A number that no container had before.</summary>
    public uint NextContainer()
    {
        lock (_lock)
            return Increment(Setting.NextContainer);
    }

    private void Retire(InForce old)
    {
        if (old.Entries.Count > 0)
            _retired.Enqueue((_time.GetTimestamp(), [.. old.Entries.Select(entry => KeyOf(old.Version, entry))]));
    }

    private uint NextVersion() => Increment(Setting.NextPolicy);

    private uint Increment(Setting setting)
    {
        _kernel.Settings.TryGet(setting, out var last);
        _kernel.Settings.Set(setting, last + 1);
        return last + 1;
    }

    private void Delete(IEnumerable<PolicyKey> keys)
    {
        foreach (var key in keys)
            _kernel.Policies.Remove(key);
    }

    private static PolicyKey KeyOf(uint version, PolicyEntry entry) => new()
    {
        Policy = version,
        Peer = entry.Peer.Value,
        Port = entry.Port,
        Transport = entry.Transport.Number,
        Direction = (byte)entry.Direction,
    };

    private static RangeKey KeyOf(IPNetwork range)
    {
        const uint MappedPrefix = 96; // bits of ::ffff:0:0/96 before an IPv4 address
        var ipv4 = range.BaseAddress.AddressFamily == AddressFamily.InterNetwork;
        return new() { PrefixLength = (uint)range.PrefixLength + (ipv4 ? MappedPrefix : 0), Address = MappedAddress.From(range.BaseAddress) };
    }

    private sealed record InForce(uint Version, Mode Mode, HashSet<PolicyEntry> Entries);
}
