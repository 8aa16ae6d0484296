using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Bulwark.Kernel.Tests.Harness;

/// <summary>Makes answers of DNS (RFC 1035), right ones and wrong ones.</summary>
internal sealed class DnsAnswer
{
    private readonly List<byte> _records = [];
    private readonly byte[] _question;
    private int _answers;

    public DnsAnswer(string question) : this(Name(question))
    {
    }

    /// <param name="question">The bytes of the question's name.</param>
    public DnsAnswer(byte[] question) => _question = question;

    public ushort Flags { get; init; } = 0x8180;

    public ushort Questions { get; init; } = 1;

    /// <summary>How many answers the header claims, if not the real number.</summary>
    public ushort? ClaimedAnswers { get; init; }

    /// <summary>An A or AAAA record; its name a pointer to the question's unless given.</summary>
    public DnsAnswer Address(string address, byte[]? name = null)
    {
        var bytes = IPAddress.Parse(address).GetAddressBytes();
        return Record(bytes.Length == 4 ? (ushort)1 : (ushort)28, bytes, name);
    }

    public DnsAnswer Alias(string target) => Record(5, Name(target));

    public DnsAnswer Record(ushort type, byte[] data, byte[]? name = null, ushort? size = null, ushort @class = 1)
    {
        _records.AddRange(name ?? [0xc0, 12]);
        Append(type, @class, 0, 300, size ?? (ushort)data.Length);
        _records.AddRange(data);
        _answers++;
        return this;
    }

    public byte[] ToBytes()
    {
        var header = new byte[12];
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), Flags);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), Questions);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), ClaimedAnswers ?? (ushort)_answers);
        return [.. header, .. _question, 0, 1, 0, 1, .. _records];
    }

    /// <summary>A name as labels.</summary>
    public static byte[] Name(string name)
    {
        var bytes = new List<byte>();
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            bytes.Add((byte)label.Length);
            bytes.AddRange(Encoding.Latin1.GetBytes(label));
        }
        bytes.Add(0);
        return [.. bytes];
    }

    private void Append(params ushort[] values)
    {
        foreach (var value in values)
        {
            _records.Add((byte)(value >> 8));
            _records.Add((byte)value);
        }
    }
}
