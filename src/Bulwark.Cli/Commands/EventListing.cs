using System.Globalization;
using Bulwark.Cli.Output;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Cli.Commands;

/// <summary>Events as a table, or one by one as they come.</summary>
internal static class EventListing
{
    // Wide enough for "would-block", so that lines that come one by one still stand in columns.
    private const int WhatWidth = 11;

    public static void Write(IEnumerable<EventReport> events, Screen screen)
    {
        var listing = new Listing(
            new("EVENT", Right: true), new("TIME", Right: true), new("WHAT"), new("WORKLOAD"), new("CONVERSATION"),
            new("TIMES", Right: true), new("EXECUTABLE", Shrinks: true), new("MESSAGE", Shrinks: true));
        foreach (var item in events)
        {
            listing.Row(
                Number(item.Id), Cell.Faint(Words.Ago(item.Time, screen.Clock)), What(item), Cell.OrDash(item.Workload),
                Cell.OrDash(Conversation(item)), Cell.Count(item.Attempts), Cell.OrDash(item.Executable), item.Message);
        }
        listing.WriteTo(screen);
        if (listing.IsEmpty)
            screen.Note("No such events.");
    }

    /// <summary>One event on a line of its own.</summary>
    public static Cell[] Line(EventReport item)
    {
        var what = What(item);
        return
        [
            Cell.Faint(Words.Instant(item.Time)), "  ", what, new string(' ', Math.Max(0, WhatWidth - what.Width) + 2),
            Cell.Faint("#" + Number(item.Id)), "  ", item.Message,
        ];
    }

    /// <summary>The verdict, or what kind of event it is.</summary>
    public static Cell What(EventReport item) => item.Verdict is { } verdict
        ? Cell.Of(verdict)
        : new(item.Kind, item.Kind == "lost" ? Tone.Bad : Tone.Plain);

    /// <summary>For example <c>-> shop/db 5432/tcp</c>; empty if it is about none.</summary>
    public static string Conversation(EventReport item)
    {
        if (item.Peer.Length == 0)
            return "";
        var arrow = string.Equals(item.Direction, "in", StringComparison.OrdinalIgnoreCase) ? "<-" : "->";
        var address = item.Address.Length > 0 && !item.Peer.Contains(item.Address, StringComparison.Ordinal) ? $" ({item.Address})" : "";
        return $"{arrow} {item.Peer}{address} {item.Port}".TrimEnd();
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
