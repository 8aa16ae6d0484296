namespace Bulwark.Images.Files;

/// <summary>Where the texts come from that <see cref="Md5Lanes"/> hashes. Each is read once, from front to back.</summary>
internal abstract unsafe class Md5Texts
{
    public abstract int Count { get; }

    /// <summary>Bytes that can be asked for at a time: whole blocks.</summary>
    public abstract int Most { get; }

    public abstract long Length(int text);

    /// <summary>The next bytes of a text, which stay until the next ones are asked for in this lane.</summary>
    public abstract byte* Next(int text, int lane, int length);

    /// <summary>The sum of one that is not taken into a lane.</summary>
    public abstract UInt128 Alone(int text);
}
