namespace Bulwark.Images.Tests.Harness;

/// <summary>Tests that look at the memory of the whole process: no other may run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MemoryMeasured
{
    public const string Name = "Memory is measured";
}
