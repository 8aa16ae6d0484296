using System.Collections.Immutable;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Bulwark.Agent.Hosts;
using Bulwark.Kernel;
using Bulwark.Kernel.Layout;
using Bulwark.Model;
using Bulwark.Model.Observations;
using Bulwark.Model.Protocols;

namespace Bulwark.Agent.Observing;

/// <summary>
/// Turns the kernel's events into observations: connections folded over a short while, attempts and names as they come. Belongs to
/// one thread.
/// </summary>
internal sealed class Observer(
    KernelPrograms kernel, ContainerNumbers containers, ExecutableNames executables, KernelClock clock, Func<Observation, bool> post)
{
    private readonly Dictionary<ConnectionKey, Folded> _connections = [];

    /// <summary>Takes an event of the ring buffer.</summary>
    public void Take(ReadOnlySpan<byte> sample)
    {
        if (!MemoryMarshal.TryRead<KernelEvent>(sample, out var head))
            return;
        switch (head.Type)
        {
            case KernelEventType.Connection:
                Fold(head);
                break;
            case KernelEventType.Attempt:
                Tell(head);
                break;
            case KernelEventType.Payload when MemoryMarshal.TryRead<PayloadEvent>(sample, out var payload):
                Recognise(payload);
                break;
            case KernelEventType.Name when MemoryMarshal.TryRead<NameEvent>(sample, out var name):
                Tell(name);
                break;
        }
    }

    /// <summary>Tells of the connections since the last call.</summary>
    public void Flush()
    {
        clock.Synchronise();
        foreach (var (key, folded) in _connections)
        {
            post(new ConversationSeen(
                clock.ToDate(folded.Last), new(key.Workload), (Direction)key.Direction, new(key.Peer), key.Address.ToAddress(),
                new(new(key.Transport), key.Port), folded.Count, ExecutableOf(key, out _), containers.Find(key.Container).Id ?? "")
            {
                AnnouncedBy = key.AnnouncedBy,
            });
        }
        _connections.Clear();
    }

    private void Fold(in KernelEvent e)
    {
        var key = KeyOf(e);
        ref var folded = ref CollectionsMarshal.GetValueRefOrAddDefault(_connections, key, out _);
        folded.Count++;
        folded.Last = e.Time;
    }

    private void Tell(in KernelEvent e)
    {
        var key = KeyOf(e);
        var executable = ExecutableOf(key, out var process);
        post(new AttemptJudged(
            clock.ToDate(e.Time), (Verdict)e.Verdict, (VerdictReason)e.Reason, new(e.Workload), containers.Find(e.Container).Id ?? "",
            (Direction)e.Direction, new(e.Peer), e.Address.ToAddress(), new(new(e.Transport), e.ServerPort), e.ClientPort, executable,
            (int)(e.Process != 0 ? e.Process : process), (long)e.Attempts));
    }

    private void Recognise(in PayloadEvent payload)
    {
        var e = payload.Head;
        var port = new ServerPort(new(e.Transport), e.ServerPort);
        var bytes = (ReadOnlySpan<byte>)payload.Data;
        var recognised = ProtocolRecogniser.Recognise(
            bytes[..(int)Math.Min(payload.Length, PayloadEvent.DataLength)], payload.FromClient != 0, port);
        if (!recognised.IsKnown)
            return;
        // Of the same connection as one that waits to be told.
        Flush();
        post(new ProtocolSeen(
            clock.ToDate(e.Time), new(e.Workload), (Direction)e.Direction, new(e.Peer), e.Address.ToAddress(), port, recognised.Protocol,
            recognised.ServerName ?? ""));
    }

    private void Tell(in NameEvent name)
    {
        var bytes = (ReadOnlySpan<byte>)name.Name;
        var addresses = ImmutableArray.CreateBuilder<IPAddress>();
        for (var i = 0; i < Math.Min((int)name.AddressCount, NameEvent.AddressesMax); i++)
            addresses.Add(name.Addresses[i].ToAddress());
        post(new NameSeen(
            clock.ToDate(name.Head.Time), new(name.Head.Workload), Encoding.ASCII.GetString(bytes[..Math.Min((int)name.NameLength, NameKey.Length)]),
            new(name.Identity), addresses.ToImmutable()));
    }

    // The kernel does not find the executable while it is not told of the container's namespace: by now it may have been.
    private string ExecutableOf(in ConnectionKey key, out uint process)
    {
        process = 0;
        if (key.Executable != 0)
            return executables.Find(key.Executable);
        if (containers.Find(key.Container).Namespace is not (> 0 and var netns))
            return "";
        var socket = key.Direction == (byte)Direction.Out
            ? new SocketKey { Netns = netns, Remote = key.Address, Port = key.Port, Transport = key.Transport }
            : new SocketKey { Netns = netns, Port = key.Port, Transport = key.Transport, Bound = 1 };
        if (!kernel.Sockets.TryGet(socket, out var user))
            return "";
        process = user.Process;
        return executables.Find(user.Executable);
    }

    // Clients come from any address, which tells nothing more than who they are: not one entry for each.
    private static ConnectionKey KeyOf(in KernelEvent e) => new(
        e.Workload, e.Peer, e.Container, e.Executable, e.Direction == (byte)Direction.In ? default : e.Address, e.ServerPort, e.Transport,
        e.Direction, e.AnnouncedBy);

    private readonly record struct ConnectionKey(
        uint Workload, uint Peer, uint Container, uint Executable, MappedAddress Address, ushort Port, byte Transport, byte Direction,
        ushort AnnouncedBy);

    private struct Folded
    {
        public long Count;
        public ulong Last;
    }
}
