using System.Collections.Immutable;
using Bulwark.Images.Archives;
using Bulwark.Images.Sources.Wire;

namespace Bulwark.Images.Sources;

/// <summary>Reads an image's configuration.</summary>
internal static class ConfigurationReader
{
    private const string NoOperation = "/bin/sh -c #(nop) ";

    /// <exception cref="ArchiveException">It is no configuration.</exception>
    public static ImageConfiguration Read(ReadOnlySpan<byte> json)
    {
        var read = Json.Parse(json, ImageJsonContext.Default.ConfigurationJson, "its configuration");
        return Of(read.Config) with
        {
            Architecture = read.Architecture ?? "",
            OperatingSystem = read.Os ?? "",
            Created = read.Created,
            History = [.. (read.History ?? []).Where(step => step is not null).Select(Step)],
            DiffIds = [.. read.Rootfs?.DiffIds ?? []],
        };
    }

    /// <summary>How a container is run.</summary>
    public static ImageConfiguration Of(ContainerJson container) => Of(container.Config) with { OperatingSystem = container.Platform ?? "" };

    /// <summary>An image, by what Docker says of it.</summary>
    /// <param name="steps">The newest first.</param>
    /// <param name="makesLayer">For each step, the oldest first, whether it made a layer: 1 or 0.</param>
    /// <returns>Null if they do not belong together.</returns>
    public static ImageConfiguration? Of(DescribedImageJson image, DescribedStepJson?[] steps, string makesLayer) => steps.Length != makesLayer.Length ? null : Of(image.Config) with
    {
        Architecture = image.Architecture ?? "",
        OperatingSystem = image.Os ?? "",
        Created = image.Created,
        History = [.. steps.Reverse().Zip(makesLayer, (step, makes) => Step(new() { CreatedBy = step?.CreatedBy, EmptyLayer = makes == '0' }))],
        DiffIds = [.. image.RootFS?.Layers ?? []],
    };

    private static ImageConfiguration Of(ContainerConfigurationJson? run) => new()
    {
        User = run?.User ?? "",
        Environment = [.. (run?.Env ?? []).Where(entry => entry is not null)],
        Labels = (run?.Labels ?? []).ToImmutableSortedDictionary(label => label.Key, label => label.Value ?? "", StringComparer.Ordinal),
        HasHealthCheck = run?.Healthcheck?.Test is [not "NONE", ..],
        HasCommand = run is { Entrypoint.Length: > 0 } or { Cmd.Length: > 0 },
    };

    private static HistoryStep Step(HistoryJson step)
    {
        var command = (step.CreatedBy ?? "").Trim();
        if (command.StartsWith(NoOperation, StringComparison.Ordinal))
            command = command[NoOperation.Length..].Trim();
        return new(command, step.EmptyLayer is not true);
    }
}
