using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Bulwark.Kernel.Layout;

namespace Bulwark.Kernel.Tests.Harness;

/// <summary>An event of the ring buffer.</summary>
internal sealed record Told(KernelEvent Head)
{
    public string Payload { get; private init; } = "";

    public bool FromClient { get; private init; }

    public string Name { get; private init; } = "";

    public uint Identity { get; private init; }

    public IReadOnlyList<IPAddress> Addresses { get; private init; } = [];

    public KernelEventType Type => Head.Type;

    public static Told Read(ReadOnlySpan<byte> sample)
    {
        var head = MemoryMarshal.Read<KernelEvent>(sample);
        if (head.Type == KernelEventType.Payload)
        {
            var payload = MemoryMarshal.Read<PayloadEvent>(sample);
            var data = (ReadOnlySpan<byte>)payload.Data;
            return new(head) { Payload = Encoding.Latin1.GetString(data[..(int)payload.Length]), FromClient = payload.FromClient != 0 };
        }
        if (head.Type == KernelEventType.Name)
        {
            var name = MemoryMarshal.Read<NameEvent>(sample);
            var bytes = (ReadOnlySpan<byte>)name.Name;
            var addresses = new List<IPAddress>();
            for (var i = 0; i < name.AddressCount; i++)
                addresses.Add(name.Addresses[i].ToAddress());
            return new(head) { Name = Encoding.Latin1.GetString(bytes[..name.NameLength]), Identity = name.Identity, Addresses = addresses };
        }
        return new(head);
    }
}
