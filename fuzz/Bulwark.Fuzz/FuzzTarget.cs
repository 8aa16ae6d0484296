namespace Bulwark.Fuzz;

/// <summary>A parser that reads what an attacker may have written.</summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="Read">Reads the bytes, and checks what comes out.</param>
/// <param name="Seeds">Whole inputs to start from.</param>
internal sealed record FuzzTarget(string Name, Action<byte[]> Read, IReadOnlyList<byte[]> Seeds)
{
    /// <summary>Exceptions by which the parser says, as documented, that it does not take what it got.</summary>
    public IReadOnlyList<Type> Refusals { get; init; } = [];

    /// <summary>Files of this machine that are good to start from too; what is not there is passed over.</summary>
    public IReadOnlyList<string> RealFiles { get; init; } = [];

    /// <summary>How much of a real file is taken, in bytes.</summary>
    public int RealBytes { get; init; } = 16 << 10;

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
        [.. ArchiveTargets.All, .. PackageTargets.All, .. LockFileTargets.All, .. AdvisoryTargets.All, .. JarTargets.All, .. TextTargets.All, .. AgentTargets.All];

    public static FuzzTarget? Find(string name) => All.FirstOrDefault(target => target.Name == name);

    public override string ToString() => Name;
}
