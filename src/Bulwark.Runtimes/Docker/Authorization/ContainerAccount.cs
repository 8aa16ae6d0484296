using System.Globalization;
using Bulwark.Model.Workloads;

namespace Bulwark.Runtimes.Docker.Authorization;

/// <summary>What the daemon says of a container, as far as its start has to be judged.</summary>
/// <param name="Container">The container.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Demands">What it is to have.</param>
public sealed record ContainerAccount(Container Container, DateTimeOffset CreatedAt, ContainerDemands Demands)
{
    /// <exception cref="UnreadableCallException">It cannot be read.</exception>
    public static ContainerAccount Read(ReadOnlyMemory<byte> account) => GoObject.Read(account, root =>
    {
        var configuration = root.Object("Config");
        return new ContainerAccount(
            new(root.Text("Id"), root.Text("Name").TrimStart('/'))
            {
                Image = configuration.Text("Image"),
                ImageDigest = root.Text("Image"),
                Command = root.Text("Path") is { Length: > 0 } path ? [path, .. root.Texts("Args")]
                    : [.. configuration.TextOrTexts("Entrypoint"), .. configuration.TextOrTexts("Cmd")],
                Labels = configuration.Map("Labels"),
                IsRunning = root.Object("State").Switch("Running"),
            },
            DateTimeOffset.TryParse(root.Text("Created"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var created) ? created : default,
            DemandReader.OfContainer(account));
    });

    /// <summary>Which container a program is run in, and whether with every capability.</summary>
    /// <exception cref="UnreadableCallException">It cannot be read.</exception>
    public static (string Container, bool IsPrivileged) ReadExec(ReadOnlyMemory<byte> account) =>
        GoObject.Read(account, root => (root.Text("ContainerID"), root.Object("ProcessConfig").Switch("privileged")));
}
