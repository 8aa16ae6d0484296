using System.Collections.Immutable;

namespace Bulwark.Runtimes.Docker.Authorization;

/// <summary>What the daemon says of an image.</summary>
/// <param name="Id">Digest of its configuration.</param>
/// <param name="Names">What it is called.</param>
/// <param name="Entrypoint">Its own entry point.</param>
/// <param name="Command">Its own command.</param>
/// <param name="Labels">Its labels, which a container gets.</param>
public sealed record ImageAccount(
    string Id, ImmutableArray<string> Names, ImmutableArray<string> Entrypoint, ImmutableArray<string> Command, ImmutableDictionary<string, string> Labels)
{
    /// <exception cref="UnreadableCallException">It cannot be read.</exception>
    public static ImageAccount Read(ReadOnlyMemory<byte> account) => GoObject.Read(account, root =>
    {
        var configuration = root.Object("Config");
        return new ImageAccount(
            root.Text("Id"), root.Texts("RepoTags"), configuration.TextOrTexts("Entrypoint"), configuration.TextOrTexts("Cmd"), configuration.Map("Labels"));
    });

    /// <summary>Program and arguments of a container of this image, as the daemon puts them together.</summary>
    public ImmutableArray<string> CommandOf(ContainerDemands demands)
    {
        var command = demands.Command;
        if (demands.Entrypoint.IsEmpty && command.IsEmpty)
            command = Command;
        return [.. demands.HasEntrypoint ? demands.Entrypoint : Entrypoint, .. command];
    }

    /// <summary>The labels of a container of this image.</summary>
    public ImmutableDictionary<string, string> LabelsOf(ContainerDemands demands) => Labels.SetItems(demands.Labels);
}
