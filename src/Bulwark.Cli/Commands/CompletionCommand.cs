using System.CommandLine;
using Bulwark.Cli.Completion;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark completion</c>.</summary>
internal static class CompletionCommand
{
    public static Command Create(CommandLine line)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish" }.Among(CompletionScripts.Shells);
        var command = new CliCommand("completion", "Print a script that lets a shell complete commands, workloads and more")
        {
            Group = CommandGroup.Other,
            Usage = "(bash | zsh | fish)",
            Examples = ["source <(bulwark completion bash)", "bulwark completion fish | source"],
            Arguments = { shell },
        };
        line.OnRun(command, (invocation, _) =>
        {
            invocation.Terminal.Out.Write(CompletionScripts.For(invocation.Value(shell)));
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }
}
