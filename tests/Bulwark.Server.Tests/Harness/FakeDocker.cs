using System.Collections.Concurrent;
using System.Text;
using Bulwark.Runtimes.Docker.Authorization;
using Bulwark.Server.Authorization;

namespace Bulwark.Server.Tests.Harness;

/// <summary>A Docker daemon of which a test says what it has, in Docker's own words.</summary>
public sealed class FakeDocker : IDockerFacts
{
    public const string ImageId = "sha256:1111";

    public ConcurrentDictionary<string, string> Containers { get; } = new();

    public ConcurrentDictionary<string, string> Volumes { get; } = new();

    public bool IsAsking { get; set; }

    /// <summary>A container that was made, of a compose service.</summary>
    public void Make(string name, string project, string service, string host = "{}", string created = "2026-01-31T12:00:00Z") => Containers[name] =
        $$$"""
        {"Id":"{{{name}}}","Name":"/{{{name}}}","Created":"{{{created}}}","Image":"{{{ImageId}}}","Path":"run","Args":[],"HostConfig":{{{host}}},
        "Config":{"Image":"shop/web:1","Labels":{"com.docker.compose.project":"{{{project}}}","com.docker.compose.service":"{{{service}}}"} } }
        """;

    public Task<ContainerAccount?> ContainerAsync(string daemon, string reference, CancellationToken cancellation) =>
        Task.FromResult(Containers.TryGetValue(reference, out var json) ? ContainerAccount.Read(Encoding.UTF8.GetBytes(json)) : null);

    public Task<(string Container, bool IsPrivileged)?> ExecAsync(string daemon, string id, CancellationToken cancellation) =>
        Task.FromResult<(string, bool)?>(id.StartsWith("exec-", StringComparison.Ordinal) ? (id[5..], false) : null);

    public Task<ImageAccount?> ImageAsync(string daemon, string reference, CancellationToken cancellation) =>
        Task.FromResult(reference == "missing" ? null : new ImageAccount(ImageId, [reference], [], ["run"], System.Collections.Immutable.ImmutableDictionary<string, string>.Empty));

    public Task<ContainerDemands?> VolumeAsync(string daemon, string name, CancellationToken cancellation) =>
        Task.FromResult(Volumes.TryGetValue(name, out var json) ? DemandReader.OfExistingVolume(Encoding.UTF8.GetBytes(json)) : null);

    public Task<string> DataRootAsync(string daemon, CancellationToken cancellation) => Task.FromResult("/var/lib/docker");

    public Task<bool> AreAskingAsync(CancellationToken cancellation) => Task.FromResult(IsAsking);
}
