namespace Bulwark.Runtimes.Docker;

/// <summary>A container in a list.</summary>
/// <param name="Id">Its full id.</param>
/// <param name="Name">Its name, without a leading slash.</param>
/// <param name="State">Docker's word: <c>created</c>, <c>running</c>, <c>paused</c>, <c>restarting</c>, <c>removing</c>, <c>exited</c> or <c>dead</c>.</param>
public sealed record ContainerSummary(string Id, string Name, string State)
{
    /// <summary>Whether it has a process.</summary>
    public bool IsRunning => State is "running" or "paused";
}
