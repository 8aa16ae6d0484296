using System.CommandLine;
using Bulwark.Cli.Help;
using Bulwark.Cli.OciRuntime;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark runtime</c>: for Docker, not for people; what is here is its help. <see cref="RuntimeWrapper"/> does the work.</summary>
internal static class RuntimeCommand
{
    public static Command Create(CommandLine line)
    {
        var words = new Argument<string[]>("ARGUMENTS") { Description = "What runc takes: options, a command, and what belongs to it", Arity = ArgumentArity.ZeroOrMore };
        var command = new CliCommand(RuntimeWrapper.Name, "Be runc, but let a container start only when Bulwark watches it: a runtime for Docker")
        {
            Hidden = true,
            Group = CommandGroup.Other,
            Usage = "[options] ARGUMENTS",
            Examples =
            [
                "bulwark runtime --root /run/docker/runtime-bulwark/moby start 4c01db0b339c",
                "bulwark runtime --unanswered=closed --wait=10s start 4c01db0b339c",
            ],
            Arguments = { words },
            Options =
            {
                new Option<string>(RuntimeArguments.UnansweredOption)
                {
                    Description = $"When the agent does not answer, start the container anyway ({RuntimeArguments.Open}, the default) or refuse ({RuntimeArguments.Closed})",
                    HelpName = "open|closed",
                },
                new Option<string>(RuntimeArguments.WaitOption)
                {
                    Description = $"How long the agent has for its answer (default: {RuntimeArguments.DefaultWait.TotalSeconds:0}s)",
                    HelpName = "DURATION",
                },
                new Option<string>(RuntimeArguments.RuntimeOption) { Description = "The runtime to be (default: the runc that is installed)", HelpName = "PATH" },
                new Option<string>(RuntimeArguments.SocketOption)
                {
                    Description = $"Where the agent is asked (default: {RuntimeArguments.DefaultSocket})",
                    HelpName = "PATH",
                },
                new Option<string>("--root") { Description = "As for runc, like all that is not listed here", HelpName = "PATH" },
            },
        };
        line.OnRun(command, (_, _) => throw new UsageFailure("'runtime' comes first, and runc's arguments follow") { Hint = "bulwark runtime --help" });
        return command;
    }
}
