using System.CommandLine;
using Bulwark.Cli.Help;
using Bulwark.Model.Privileges;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark allow</c>.</summary>
internal static class AllowCommand
{
    public static Command Create(CommandLine line)
    {
        var output = OutputOption.Create();
        var what = new Argument<string>("EVENT|WORKLOAD") { Description = "The event to allow, or the workload to allow something" };
        what.CompletionSources.Add(line.Completions.Events);
        what.CompletionSources.Add(line.Completions.Workloads);
        var to = new Option<string>("--to") { Description = "The peer that the workload may open connections to", HelpName = "PEER" };
        var from = new Option<string>("--from") { Description = "The peer that may open connections to the workload", HelpName = "PEER" };
        var port = new Option<string>("--port") { Description = "The server's port: 5432/tcp", HelpName = "PORT" };
        var executable = new Option<string>("--executable")
        {
            Description = "The executable that may open it, or listen there (--from), beside those that may already; without it, all may open it",
            HelpName = "PATH",
        };
        var privilege = new Option<string[]>("--privilege")
        {
            Description = "Something that the workload may have beyond a plain container, or have done to it: host-network, mount:/etc:ro, exec, …; repeatable",
            HelpName = "PRIVILEGE",
        };
        privilege.CompletionSources.Add([.. PrivilegeKind.All.Select(kind => kind.Name)]);
        to.CompletionSources.Add(line.Completions.Peers);
        from.CompletionSources.Add(line.Completions.Peers);
        port.CompletionSources.Add(line.Completions.Ports);
        var command = new CliCommand("allow", "Allow what an event shows, or what you spell out, at both ends if the peer is a workload that is judged too")
        {
            Group = CommandGroup.Change,
            Usage = "EVENT | WORKLOAD ((--to PEER | --from PEER) --port PORT | --privilege PRIVILEGE…) [options]",
            Examples =
            [
                "bulwark allow 1042", "bulwark allow shop/web --to name:api.example.com --port 443/tcp",
                "bulwark allow shop/db --from shop/report --port 5432/tcp", "bulwark allow shop/web --to shop/db --port 5432/tcp --executable /usr/bin/psql",
                "bulwark allow shop/proxy --privilege host-network",
            ],
            Arguments = { what },
            Options = { to, from, port, executable, privilege, output },
        };
        line.OnRun(command, async (invocation, cancel) =>
        {
            var request = Request(invocation.Value(what), invocation.Value(to), invocation.Value(from), invocation.Value(port), invocation.Value(executable), invocation.Value(privilege) ?? []);
            var changes = await invocation.WaitAsync("Waiting for the server", invocation.Client.AllowAsync(request, cancel)).ConfigureAwait(false);
            if (!invocation.WroteJson(output, changes))
                ChangeListing.Write(changes, invocation.Screen);
            return ExitCode.Ok;
        });
        return command;
    }

    private static AllowRequest Request(string what, string? to, string? from, string? port, string? executable, string[] privileges)
    {
        if (privileges.Length > 0)
        {
            if (to is not null || from is not null || port is not null || executable is not null)
                throw new UsageFailure("--privilege leaves no part for a peer, a port or an executable") { Hint = $"bulwark allow {what} --privilege {privileges[0]}" };
            return new AllowRequest { Workload = what, Privileges = [.. privileges.Select(Entry.CheckPrivilege)] };
        }
        if (to is null && from is null && port is null && executable is null)
        {
            if (char.IsAsciiDigit(what.TrimStart('#').FirstOrDefault()))
                return new AllowRequest { Event = ExplainCommand.ReadEvent(what) };
            throw new UsageFailure($"what may {what} do?")
            {
                Cause = "a workload needs a peer and a port; only an event knows them already",
                Hint = $"bulwark allow {what} --to PEER --port 5432/tcp",
            };
        }
        if (to is null == from is null)
            throw new UsageFailure("one of --to and --from is needed, and only one") { Hint = $"bulwark allow {what} --to PEER --port 5432/tcp" };
        Entry.CheckPeer(to ?? from!);
        return new AllowRequest { Workload = what, To = to, From = from, Port = Entry.CheckPort(port ?? ""), Executable = executable };
    }
}
