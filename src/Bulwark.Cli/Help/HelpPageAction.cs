using System.CommandLine;
using System.CommandLine.Invocation;

namespace Bulwark.Cli.Help;

/// <summary>Runs for <c>--help</c>, whatever else is wrong with what was typed.</summary>
internal sealed class HelpPageAction(GlobalOptions options) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult) =>
        HelpPage.Write(parseResult.CommandResult.Command, options, parseResult.InvocationConfiguration.Output);
}
