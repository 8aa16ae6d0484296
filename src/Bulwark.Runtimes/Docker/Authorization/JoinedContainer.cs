namespace Bulwark.Runtimes.Docker.Authorization;

/// <summary>Another container that one shares something with.</summary>
/// <param name="Container">Its name or id, as the call has it.</param>
/// <param name="Privilege">What is done to the other one: <c>join-network</c>, ….</param>
public sealed record JoinedContainer(string Container, string Privilege);
