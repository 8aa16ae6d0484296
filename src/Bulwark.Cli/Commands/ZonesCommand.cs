using System.CommandLine;
using Bulwark.Cli.Output;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark zones</c>.</summary>
internal static class ZonesCommand
{
    public static Command Create(CommandLine line)
    {
        var output = OutputOption.Create();
        var command = new CliCommand("zones", "The zones, their members, and why each is a member")
        {
            Group = CommandGroup.See,
            Examples = ["bulwark zones", "bulwark zones -o json"],
            Options = { output },
        };
        line.OnRun(command, async (invocation, cancel) =>
        {
            var zones = await invocation.WaitAsync("Asking the server", invocation.Client.ZonesAsync(cancel)).ConfigureAwait(false);
            if (invocation.WroteJson(output, zones))
                return ExitCode.Ok;
            var listing = new Listing(new("ZONE"), new("MEMBER"), new("SHARED"), new("REASON", Shrinks: true));
            foreach (var zone in zones)
            {
                foreach (var member in zone.Members)
                    listing.Row(zone.Name, member.Peer, member.Shared ? "shared" : Cell.Faint("-"), member.Reason);
            }
            listing.WriteTo(invocation.Screen);
            if (listing.IsEmpty)
                invocation.Screen.Note("No zones yet: they form once workloads have talked.");
            return ExitCode.Ok;
        });
        return command;
    }
}
