using System.Collections.Immutable;
using System.CommandLine;
using Bulwark.Cli.Maps;
using Bulwark.Cli.Output;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark profile</c>.</summary>
internal static class ProfileCommand
{
    public static Command Create(CommandLine line)
    {
        var output = OutputOption.Create();
        var workload = new Argument<string>("WORKLOAD") { Description = "A workload, as 'bulwark workloads' lists it" };
        workload.CompletionSources.Add(line.Completions.Workloads);
        var command = new CliCommand("profile", "What is normal for a workload")
        {
            Group = CommandGroup.See,
            Usage = "WORKLOAD [options]",
            Examples = ["bulwark profile shop/web", "bulwark profile shop/web -o json"],
            Arguments = { workload },
            Options = { output },
        };
        line.OnRun(command, async (invocation, cancel) =>
        {
            var profile = await invocation.WaitAsync("Asking the server", invocation.Client.ProfileAsync(invocation.Value(workload), cancel))
                .ConfigureAwait(false);
            if (invocation.WroteJson(output, profile))
                return ExitCode.Ok;
            var screen = invocation.Screen;
            screen.Line(
                Cell.Strong(profile.Workload.Name), "  ", WorkloadListing.Mode(profile.Workload),
                Cell.Faint($"  {profile.Workload.Image}, {Words.Count(profile.Workload.Containers.Length, "container")}"));
            WriteEntries(profile.Entries, screen, profile.Executables);
            Executables.Write(profile.Executables, screen);
            WritePrivileges(profile.Privileges, screen);
            if (profile.Entries.IsEmpty && profile.Privileges.IsEmpty)
                screen.Note("Nothing learnt yet.");
            return ExitCode.Ok;
        });
        return command;
    }

    /// <param name="known">What is known of their executables.</param>
    public static void WriteEntries(ImmutableArray<ProfileEntryReport> entries, Screen screen, ImmutableArray<ExecutableReport> known)
    {
        var listing = new Listing(
            new(""), new("PEER"), new("PORT"), new("PROTOCOL"), new("ORIGIN"), new("OPENED", Right: true), new("SENT", Right: true),
            new("RECEIVED", Right: true), new("LAST", Right: true), new("EXECUTABLES", Shrinks: true), new("SERVER NAMES", Shrinks: true));
        foreach (var entry in entries)
        {
            listing.Row(
                Cell.Faint(Words.Arrow(entry.Direction)), entry.Peer, entry.Port, MapListing.Protocol(entry.Protocol, entry.DataPorts), Origin(entry.Origin),
                Cell.Count(entry.Connections), Words.Bytes(entry.BytesSent), Words.Bytes(entry.BytesReceived),
                Cell.Faint(Words.Ago(entry.LastSeen, screen.Clock)), Programs(entry, known), Cell.List(entry.ServerNames));
        }
        listing.WriteTo(screen);
    }

    private static void WritePrivileges(ImmutableArray<PrivilegeReport> privileges, Screen screen)
    {
        if (privileges.IsEmpty)
            return;
        screen.Line();
        var listing = new Listing(new("PRIVILEGE"), new("ORIGIN"), new("LAST", Right: true), new("MEANS THAT IT", Shrinks: true));
        foreach (var entry in privileges)
            listing.Row(entry.Privilege, Origin(entry.Origin), Cell.Faint(Words.Ago(entry.LastSeen, screen.Clock)), entry.Meaning);
        listing.WriteTo(screen);
    }

    private static Cell Programs(ProfileEntryReport entry, ImmutableArray<ExecutableReport> known) =>
        entry.OnlyExecutables ? new($"only {string.Join(", ", Executables.Words(entry, known))}", Tone.Good) : Cell.List(Executables.Words(entry, known));

    private static Cell Origin(string origin) => new(origin, origin switch
    {
        "refused" => Tone.Bad,
        "allowed" => Tone.Good,
        _ => Tone.Plain,
    });
}
