using System.CommandLine;
using System.CommandLine.Invocation;
using Bulwark.Cli.Commands;
using Bulwark.Cli.Help;
using Bulwark.Cli.Hosting;
using Bulwark.Cli.Output;

namespace Bulwark.Cli;

/// <summary>The whole command line: reads what was typed, runs it, and tells how it ended.</summary>
internal sealed class CommandLine
{
    // Long enough for the agent to flush what it counted; then the process ends anyway.
    private static readonly TimeSpan s_timeToStop = TimeSpan.FromSeconds(20);

    public CommandLine(Terminal terminal, IBulwarkHost host)
    {
        Terminal = terminal;
        Host = host;
        Options = new(terminal);
        Completions = new(Options);
        Root = new RootCommand("Bulwark watches what containers do, learns what is normal, and blocks the rest.");
        foreach (var option in Options.All)
            Root.Options.Add(option);
        foreach (var command in AllCommands.Create(this))
            Root.Subcommands.Add(command);
        // A flag takes no value: what follows it is an argument, also for completion.
        foreach (var flag in Root.Subcommands.SelectMany(command => command.Subcommands.Append(command)).SelectMany(command => command.Options)
            .Concat(Options.All).OfType<Option<bool>>())
            flag.Arity = ArgumentArity.Zero;
        HelpPage.ReplaceHelpOf(Root, Options);
        Root.SetAction(parsed => HelpPage.Write(Root, Options, parsed.InvocationConfiguration.Output));
    }

    public Terminal Terminal { get; }
    public IBulwarkHost Host { get; }
    public GlobalOptions Options { get; }
    public Completion.CompletionValues Completions { get; }
    public RootCommand Root { get; }

    /// <summary>Makes a command do something; failures become messages and exit codes here and nowhere else.</summary>
    public void OnRun(Command command, Func<Invocation, CancellationToken, Task<int>> run) =>
        command.SetAction(async (parsed, cancel) =>
        {
            using var invocation = new Invocation(parsed, Options, Terminal);
            try
            {
                return await run(invocation, cancel).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return ExitCode.Interrupted;
            }
            catch (Exception exception)
            {
                return FailureMessage.Write(invocation, exception);
            }
        });

    public async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancel = default)
    {
        // "@name" is a file of arguments by default; here it is a part of a workload's name.
        var parsed = Root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            using var invocation = new Invocation(parsed, Options, Terminal);
            return FailureMessage.Write(invocation, UsageFailure.Of(parsed));
        }
        var configuration = new InvocationConfiguration
        {
            Output = Terminal.Out,
            Error = Terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = s_timeToStop,
        };
        return await parsed.InvokeAsync(configuration, cancel).ConfigureAwait(false);
    }
}
