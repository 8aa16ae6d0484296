using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
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
    // A packet is judged in microseconds.
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(100);

    private readonly KernelPrograms _kernel;
    private readonly TimeProvider _time;
    private readonly ExecutableNumbers _executables;
    private readonly Lock _lock = new();
    private readonly Dictionary<Identity, InForce> _inForce = [];
    private readonly Queue<(long Since, Keys Keys)> _retired = [];

    /// <summary>Takes over what is in the kernel; entries of no workload's policy, left by an update that was cut short, go.</summary>
    public PolicyTable(KernelPrograms kernel, TimeProvider time)
    {
        _kernel = kernel;
        _time = time;
        _executables = new(kernel);
        var workloads = kernel.Workloads.Entries().ToList();
        var keys = workloads.ToDictionary(w => w.Value.Policy, _ => new Keys([], []));
        foreach (var key in kernel.Policies.Keys())
        {
            if (keys.TryGetValue(key.Policy, out var own))
                own.Entries.Add(key);
            else
                kernel.Policies.Remove(key);
        }
        foreach (var key in kernel.PolicyExecutables.Keys())
        {
            if (keys.TryGetValue(key.Entry.Policy, out var own))
                own.Executables.Add(key);
            else
                kernel.PolicyExecutables.Remove(key);
        }
        var paths = _executables.Paths();
        foreach (var (identity, policy) in workloads)
            _inForce[new(identity)] = new((Mode)policy.Mode, keys[policy.Policy], WhatIsIn(keys[policy.Policy], paths, kernel));
    }

    /// <summary>Makes the kernel know the workload: packets of unknown ones do not pass. A new one learns.</summary>
    public void Ensure(Identity workload)
    {
        lock (_lock)
        {
            if (_inForce.ContainsKey(workload))
                return;
            using var change = _kernel.Changes.Begin();
            _kernel.Workloads.Set(workload.Value, new() { Policy = NextVersion(), Mode = (uint)Mode.Learn });
            _inForce[workload] = new(Mode.Learn, new([], []), Policy.Empty);
        }
    }

    /// <inheritdoc cref="IEnforcer.Apply"/>
    public void Apply(Identity workload, Mode mode, Policy policy)
    {
        lock (_lock)
        {
            var old = _inForce.GetValueOrDefault(workload);
            if (old is not null && old.Mode == mode && policy.Equals(old.Policy))
                return;
            InForce made;
            try
            {
                made = PutMakingRoom(workload, mode, policy);
            }
            catch (KernelException e)
            {
                throw new PolicyTooLargeException(workload, policy.Entries.Length, e);
            }
            _inForce[workload] = made;
            if (old is not null)
                Retire(old);
        }
    }

    // What goes anyway is deleted only if its place is needed: that takes as long as the change itself.
    private InForce PutMakingRoom(Identity workload, Mode mode, Policy policy)
    {
        try
        {
            return Put(workload, mode, policy);
        }
        catch (KernelException) when (_retired.Count > 0)
        {
            DeleteRetired();
            return Put(workload, mode, policy);
        }
    }

    // All of it, or nothing.
    private InForce Put(Identity workload, Mode mode, Policy policy)
    {
        var version = NextVersion();
        var written = new Keys([], []);
        try
        {
            Write(policy, version, written);
            using var change = _kernel.Changes.Begin();
            _kernel.Workloads.Set(workload.Value, new() { Policy = version, Mode = (uint)mode });
            return new(mode, written, policy);
        }
        catch (KernelException)
        {
            Delete(written);
            throw;
        }
    }

    private void Write(Policy policy, uint version, Keys written)
    {
        foreach (var executable in policy.Executables)
            written.Executables.Add(new() { Entry = KeyOf(version, executable.Entry), Executable = _executables.Get(executable.Executable) });
        foreach (var bind in policy.Binding)
            written.Executables.Add(new() { Entry = KeyOf(version, bind), Executable = _executables.Get(bind.Executable) });
        var listed = policy.Executables.Select(e => e.Entry).ToHashSet();
        var announcing = policy.Announcing.ToHashSet();
        var permissions = new List<Permission>(policy.Entries.Length);
        written.Entries.EnsureCapacity(policy.Entries.Length);
        foreach (var entry in policy.Entries)
        {
            written.Entries.Add(KeyOf(version, entry));
            var permission = listed.Contains(entry) ? Permission.Listed : Permission.All;
            permissions.Add(announcing.Contains(entry) ? permission | Permission.Announces : permission);
        }
        foreach (var key in policy.Binding.Select(bind => KeyOf(version, bind)).Distinct())
        {
            written.Entries.Add(key);
            permissions.Add(Permission.Listed);
        }
        var ones = new uint[written.Executables.Count];
        Array.Fill(ones, 1u);
        _kernel.PolicyExecutables.SetAll(CollectionsMarshal.AsSpan(written.Executables), ones);
        _kernel.Policies.SetAll(CollectionsMarshal.AsSpan(written.Entries), CollectionsMarshal.AsSpan(permissions));
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
            using var change = _kernel.Changes.Begin();
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
            using var change = _kernel.Changes.Begin();
            _kernel.Ranges.Set(key, identity.Value);
        }
    }

    /// <inheritdoc cref="IEnforcer.RemoveRange"/>
    public void RemoveRange(IPNetwork range)
    {
        lock (_lock)
        {
            if (!_kernel.Ranges.TryGet(KeyOf(range), out _))
                return;
            using var change = _kernel.Changes.Begin();
            _kernel.Ranges.Remove(KeyOf(range));
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

    /// <summary>The kernel's number for an executable's path, for good.</summary>
    public uint NumberOf(string executable)
    {
        lock (_lock)
            return _executables.Get(executable);
    }

    /// <summary>A number that no container had before.</summary>
    public uint NextContainer()
    {
        lock (_lock)
            return Increment(Setting.NextContainer);
    }

    private void Retire(InForce old)
    {
        if (old.Keys.Entries.Count > 0)
            _retired.Enqueue((_time.GetTimestamp(), old.Keys));
    }

    private uint NextVersion() => Increment(Setting.NextPolicy);

    private uint Increment(Setting setting)
    {
        _kernel.Settings.TryGet(setting, out var last);
        _kernel.Settings.Set(setting, last + 1);
        return last + 1;
    }

    private void Delete(Keys keys)
    {
        _kernel.Policies.RemoveAll(CollectionsMarshal.AsSpan(keys.Entries));
        _kernel.PolicyExecutables.RemoveAll(CollectionsMarshal.AsSpan(keys.Executables));
    }

    private static PolicyKey KeyOf(uint version, PolicyEntry entry) => new()
    {
        Policy = version,
        Peer = entry.Peer.Value,
        Port = entry.Port,
        Transport = entry.Transport.Number,
        Direction = (byte)entry.Direction,
    };

    private static PolicyKey KeyOf(uint version, BindEntry bind) => new()
    {
        Policy = version,
        Peer = Identity.Any.Value,
        Port = bind.Port,
        Transport = bind.Transport.Number,
        Direction = PolicyKey.Bind,
    };

    private static RangeKey KeyOf(IPNetwork range)
    {
        const uint MappedPrefix = 96; // bits of ::ffff:0:0/96 before an IPv4 address
        var ipv4 = range.BaseAddress.AddressFamily == AddressFamily.InterNetwork;
        return new() { PrefixLength = (uint)range.PrefixLength + (ipv4 ? MappedPrefix : 0), Address = MappedAddress.From(range.BaseAddress) };
    }

    private static Policy WhatIsIn(Keys keys, Dictionary<uint, string> paths, KernelPrograms kernel) => Policy.Of(
        keys.Entries.Where(key => key.Direction != PolicyKey.Bind).Select(EntryOf),
        keys.Executables.Where(key => key.Entry.Direction != PolicyKey.Bind)
            .Select(key => new ExecutableEntry(EntryOf(key.Entry), paths.GetValueOrDefault(key.Executable, ""))),
        keys.Entries.Where(key => kernel.Policies.TryGet(key, out var permission) && (permission & Permission.Announces) != 0).Select(EntryOf),
        keys.Executables.Where(key => key.Entry.Direction == PolicyKey.Bind)
            .Select(key => new BindEntry(new(key.Entry.Transport), key.Entry.Port, paths.GetValueOrDefault(key.Executable, ""))));

    private static PolicyEntry EntryOf(PolicyKey key) => new((Direction)key.Direction, new(key.Peer), new(key.Transport), key.Port);

    /// <param name="Policy">What was written.</param>
    /// <param name="Keys">As which entries.</param>
    private sealed record InForce(Mode Mode, Keys Keys, Policy Policy);

    /// <summary>A policy in the kernel.</summary>
    private sealed record Keys(List<PolicyKey> Entries, List<PolicyExecutableKey> Executables);
}
