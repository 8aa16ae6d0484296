namespace Bulwark.Kernel.Tests.Harness;

/// <summary>What a program did with a packet.</summary>
/// <param name="Action">What it returned (linux/pkt_cls.h).</param>
/// <param name="Frame">The frame as it left it.</param>
/// <param name="Mark">The packet's mark as it left it.</param>
internal sealed record Outcome(int Action, byte[] Frame, uint Mark)
{
    private const int Unspecified = -1;
    private const int Shot = 2;
    private const int Redirect = 7;

    public bool Passed => Action == Unspecified;

    /// <summary>Gone, without a word.</summary>
    public bool Dropped => Action == Shot;

    /// <summary>Turned into a refusal that goes back to the container.</summary>
    public bool Refused => Action == Redirect;
}
