namespace Bulwark.Fuzz.Tests;

/// <summary>Inputs that a parser could once not bear, as small as they can be.</summary>
public sealed class FoundTests
{
    [Theory]
    // A list of crates that is packed with a dictionary that is not there.
    [InlineData("cargo-auditable", "eLsAAAAA", 0)]
    // A table of segments whose size is beyond what a number of 32 bits holds.
    [InlineData("suspicious-program", "f0VMRgIBAQAAAAAAAAAAAAMAAAAAAAAAAAAAAAAAAAAAAABaAAAAAAAAAAAAAMnJycnJycnJycnJycnJycnJycnJycnJycnJycnJAAAAAAA=", 4125)]
    // One that is no packed list at all.
    [InlineData("cargo-auditable", "AAAA", 0)]
    public void What_a_parser_once_could_not_bear_it_bears(string target, string input, int length)
    {
        // What it ends in does not matter, how long it is does.
        var bytes = Convert.FromBase64String(input);
        Array.Resize(ref bytes, Math.Max(bytes.Length, length));
        Assert.False(Trial.Run(FuzzTarget.Find(target)!, bytes));
    }
}
