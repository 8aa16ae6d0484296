using System.Collections.Immutable;
using Bulwark.Cli.Output;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Cli.Commands;

/// <summary>What a change did to profiles, entry by entry.</summary>
internal static class ChangeListing
{
    public static void Write(ImmutableArray<ProfileChangeReport> changes, Screen screen)
    {
        foreach (var change in changes)
        {
            foreach (var added in change.Added)
                screen.Line(new("+ ", Tone.Good), change.Workload, " ", added);
            foreach (var removed in change.Removed)
                screen.Line(new("- ", Tone.Bad), change.Workload, " ", removed);
            if (change.Why.Length > 0)
                screen.Line(Cell.Faint("  " + change.Why));
        }
        if (changes.All(change => change.Added.IsEmpty && change.Removed.IsEmpty))
            screen.Note("Nothing changed: it was so already.");
    }
}
