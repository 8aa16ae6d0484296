using System.CommandLine;
using Bulwark.Cli.Help;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark forget</c>.</summary>
internal static class ForgetCommand
{
    public static Command Create(CommandLine line)
    {
        var output = OutputOption.Create();
        var workload = new Argument<string>("WORKLOAD") { Description = "The workload whose profile to change" };
        workload.CompletionSources.Add(line.Completions.Workloads);
        var peer = new Option<string>("--peer") { Description = "Only conversations with this peer", HelpName = "PEER" };
        var port = new Option<string>("--port") { Description = "Only conversations on this port: 5432/tcp", HelpName = "PORT" };
        var privilege = new Option<string[]>("--privilege") { Description = "Only this privilege, as 'bulwark profile' shows it; repeatable", HelpName = "PRIVILEGE" };
        var everything = new Option<bool>("--everything") { Description = "The whole profile; the workload learns anew, and its peers keep theirs" };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask" };
        peer.CompletionSources.Add(line.Completions.Peers);
        port.CompletionSources.Add(line.Completions.Ports);
        var command = new CliCommand("forget", "Take something out of a workload's profile, and its other end out of the peer's")
        {
            Group = CommandGroup.Change,
            Usage = "WORKLOAD (--peer PEER | --port PORT | --privilege PRIVILEGE… | --everything [--yes]) [options]",
            Examples = ["bulwark forget shop/web --peer name:old.example.com", "bulwark forget shop/web --everything --yes"],
            Arguments = { workload },
            Options = { peer, port, privilege, everything, yes, output },
        };
        line.OnRun(command, async (invocation, cancel) =>
        {
            var request = new ForgetRequest
            {
                Workload = invocation.Value(workload),
                Peer = invocation.Value(peer) is { } peerText ? Entry.CheckPeer(peerText) : null,
                Port = invocation.Value(port) is { } portText ? Entry.CheckPort(portText) : null,
                Privileges = invocation.Value(privilege) is { Length: > 0 } privileges ? [.. privileges.Select(Entry.CheckPrivilege)] : null,
                Everything = invocation.Value(everything),
            };
            Check(request);
            if (request.Everything && !invocation.Value(yes))
                Confirm(invocation, request.Workload);
            var changes = await invocation.WaitAsync("Waiting for the server", invocation.Client.ForgetAsync(request, cancel)).ConfigureAwait(false);
            if (!invocation.WroteJson(output, changes))
                ChangeListing.Write(changes, invocation.Screen);
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Check(ForgetRequest request)
    {
        var isPart = request.Peer is not null || request.Port is not null || request.Privileges is not null;
        if (isPart && request.Everything)
            throw new UsageFailure("--everything leaves no part for --peer, --port or --privilege") { Hint = $"bulwark forget {request.Workload} --everything" };
        if (!isPart && !request.Everything)
        {
            throw new UsageFailure($"what should be forgotten of {request.Workload}?")
            {
                Cause = "name a --peer, a --port or both, a --privilege, or --everything",
                Hint = $"bulwark profile {request.Workload}",
            };
        }
    }

    private static void Confirm(Invocation invocation, string workload)
    {
        if (!invocation.Terminal.InIsTerminal || !invocation.Terminal.ErrorIsTerminal)
        {
            throw new UsageFailure("forgetting a whole profile has to be confirmed")
            {
                Cause = "there is no terminal to ask at",
                Hint = $"bulwark forget {workload} --everything --yes",
            };
        }
        invocation.Screen.Complaint($"Forget everything learnt about {workload} and learn it anew? Type yes:");
        if (invocation.Terminal.In.ReadLine()?.Trim() is not ("yes" or "y"))
            throw new CommandFailure("nothing was forgotten") { Cause = "you did not say yes" };
    }
}
