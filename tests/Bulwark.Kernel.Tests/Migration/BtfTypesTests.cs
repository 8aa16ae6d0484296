using Bulwark.Kernel.Migration;
using CsCheck;

namespace Bulwark.Kernel.Tests.Migration;

public sealed class BtfTypesTests
{
    [Fact]
    public void Damaged_BTF_is_refused_or_has_no_fields_and_does_no_harm()
    {
        var bytes = File.ReadAllBytes("/sys/kernel/btf/vmlinux").AsSpan(0, 24).ToArray();
        Gen.Select(Gen.Byte.Array[0, 200], Gen.UInt[0, 40]).Sample((tail, type) =>
        {
            // A true header over types that are none, of the length that there is.
            var raw = bytes.Concat(tail).ToArray();
            BitConverter.TryWriteBytes(raw.AsSpan(8), 0);
            BitConverter.TryWriteBytes(raw.AsSpan(12), tail.Length / 2);
            BitConverter.TryWriteBytes(raw.AsSpan(16), tail.Length / 2);
            BitConverter.TryWriteBytes(raw.AsSpan(20), tail.Length - tail.Length / 2);
            try
            {
                _ = new BtfTypes(raw).FieldsOf(type);
            }
            catch (InvalidDataException)
            {
            }
        }, iter: 20_000);
    }

    [Fact]
    public void What_is_cut_off_is_refused()
    {
        var whole = File.ReadAllBytes("/sys/kernel/btf/vmlinux");
        Assert.Throws<InvalidDataException>(() => new BtfTypes(whole.AsSpan(0, whole.Length / 2)));
        Assert.Throws<InvalidDataException>(() => new BtfTypes([1, 2, 3]));
    }
}
