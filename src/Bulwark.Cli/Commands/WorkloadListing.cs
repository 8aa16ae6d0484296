using System.Globalization;
using Bulwark.Cli.Output;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Cli.Commands;

/// <summary>Workloads as a table.</summary>
internal static class WorkloadListing
{
    public static void Write(IEnumerable<WorkloadReport> workloads, Screen screen)
    {
        var listing = new Listing(
            new("WORKLOAD"), new("MODE"), new("SINCE", Right: true), new("CONFIDENCE", Right: true), new("CONTAINERS", Right: true),
            new("CONVERSATIONS", Right: true), new("WOULD-BLOCK", Right: true), new("BLOCKED", Right: true),
            new("ZONES", Shrinks: true), new("WAITS FOR", Shrinks: true));
        foreach (var workload in workloads.OrderBy(workload => workload.Name, StringComparer.Ordinal))
        {
            listing.Row(
                workload.Name, Mode(workload), Cell.Faint(Words.Ago(workload.ModeSince, screen.Clock)), Confidence(workload),
                Cell.Count(workload.Containers.Length), Cell.Count(workload.Conversations), Cell.Count(workload.WouldBlock, Tone.Warning),
                Cell.Count(workload.Blocked, Tone.Bad), Cell.List(workload.Zones), Cell.List(workload.WaitsFor));
        }
        listing.WriteTo(screen);
        if (listing.IsEmpty)
            screen.Note("No workloads: no container runs.");
    }

    /// <summary>The mode; a star says that a person set it.</summary>
    public static Cell Mode(WorkloadReport workload) => workload.ModeIsPinned
        ? new(Words.Of(workload.Mode) + "*", Cell.Of(workload.Mode).Tone)
        : Cell.Of(workload.Mode);

    // Rounded down: 99.99 % must not look like certainty.
    private static Cell Confidence(WorkloadReport workload) => new(
        string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(workload.Confidence * 1000) / 10:0.0} %"),
        workload.Learnt ? Tone.Good : Tone.Plain);
}
