using Bulwark.Model;

namespace Bulwark.Kernel.Tests.Reachability;

/// <summary>A conversation that one of the neighbours may try with another.</summary>
internal readonly record struct Cell(int Client, int Server, ServerPort Port, int IpVersion)
{
    public override string ToString() => $"{Client} -> {Server} {Port} over IPv{IpVersion}";
}

/// <summary>How far a conversation comes.</summary>
internal enum Reach
{
    Answered,
    StoppedAtClient,
    StoppedAtServer,
}
