namespace Bulwark.Agent.Starts;

/// <summary>The first process of a container that may start: whether it is still there.</summary>
internal interface IFirstProcess : IDisposable
{
    int Id { get; }

    bool IsThere { get; }
}
