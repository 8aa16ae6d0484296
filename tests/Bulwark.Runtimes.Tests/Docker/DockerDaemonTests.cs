namespace Bulwark.Runtimes.Tests.Docker;

/// <summary>Tests with a real daemon: one for all, one at a time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class DockerDaemonTests : ICollectionFixture<DockerDaemon>
{
    public const string Name = "dockerd";
}
