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
            new("CONVERSATIONS", Right: true), new("WOULD-BLOCK", Right: true), new("BLOCKED", Right: true), new("FINDINGS"),
            new("ZONES", Shrinks: true), new("WAITS FOR", Shrinks: true));
        foreach (var workload in workloads.OrderBy(workload => workload.Name, StringComparer.Ordinal))
        {
            listing.Row(
                workload.Name, Mode(workload), Cell.Faint(Words.Ago(workload.ModeSince, screen.Clock)), Confidence(workload),
                Cell.Count(workload.Containers.Length), Cell.Count(workload.Conversations), Cell.Count(workload.WouldBlock, Tone.Warning),
                Cell.Count(workload.Blocked, Tone.Bad), Findings(workload.Findings), Cell.List(workload.Zones), Cell.List(workload.WaitsFor));
        }
        listing.WriteTo(screen);
        if (listing.IsEmpty)
            screen.Note("No workloads: no container runs.");
    }

    /// <summary>The mode; a star says that a person set it.</summary>
    public static Cell Mode(WorkloadReport workload) => workload.ModeIsPinned
        ? new(Words.Of(workload.Mode) + "*", Cell.Of(workload.Mode).Tone)
        : Cell.Of(workload.Mode);

    /// <summary>The worst of what is wrong with its images, in a few words; what is not known is said, too.</summary>
    public static Cell Findings(FindingsReport findings)
    {
        var worst = (IEnumerable<(int Count, string What, Tone Tone)>)
        [
            (findings.Malware, "malware", Tone.Bad), (findings.Exploited, "exploited", Tone.Bad), (findings.Critical, "critical", Tone.Bad),
            (findings.High, "high", Tone.Warning), (findings.Medium, "medium", Tone.Plain), (findings.Low, "low", Tone.Plain), (findings.Unrated, "unrated", Tone.Plain),
        ];
        var found = worst.Where(item => item.Count > 0).Take(2).ToList();
        var text = string.Join(", ", found.Select(item => string.Create(CultureInfo.InvariantCulture, $"{item.Count:N0} {item.What}")));
        return findings.State switch
        {
            "none" => Cell.Faint("-"),
            "notScanned" => Cell.Faint("not scanned yet"),
            "off" => Cell.Faint("not scanned"),
            "failed" => new("scan failed", Tone.Warning),
            "cannotTell" => new(text.Length == 0 ? "cannot tell" : $"cannot tell; {text}", found.Count > 0 ? found[0].Tone : Tone.Warning),
            _ => found.Count == 0 ? new("none", Tone.Good) : new(text, found[0].Tone),
        };
    }

    // Rounded down: 99.99 % must not look like certainty.
    private static Cell Confidence(WorkloadReport workload) => new(
        string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(workload.Confidence * 1000) / 10:0.0} %"),
        workload.Learnt ? Tone.Good : Tone.Plain);
}
