using System.CommandLine;
using System.Net.Sockets;
using Bulwark.Cli.Authorization;
using Bulwark.Cli.Help;
using Bulwark.Model;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark authz</c>.</summary>
internal static class AuthzCommand
{
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(5);

    public static Command Create(CommandLine line)
    {
        var unanswered = new Option<string>("--unanswered")
        {
            Description = $"When the server does not answer, let pass what it would have to judge ({PluginOptions.Open}, the default) or refuse it ({PluginOptions.Closed})",
            HelpName = "open|closed",
            DefaultValueFactory = _ => PluginOptions.Open,
        }.Among(PluginOptions.Open, PluginOptions.Closed);
        var wait = new Option<string>("--wait") { Description = $"How long the server has for its answer (default: {PluginOptions.DefaultWait.TotalSeconds:0}s)", HelpName = "DURATION" };
        var plugin = new Option<string>("--plugin-socket")
        {
            Description = $"Where Docker asks (default: {PluginOptions.DefaultPluginSocket})",
            HelpName = "PATH",
            DefaultValueFactory = _ => PluginOptions.DefaultPluginSocket,
        };
        var daemon = new Option<string>("--docker") { Description = "The daemon that asks, if the server watches several", HelpName = "ADDRESS", DefaultValueFactory = _ => "" };
        var command = new CliCommand("authz", "Answer Docker when it asks whether it may: its authorization plugin, beside 'bulwark up'")
        {
            Group = CommandGroup.Run,
            Examples = ["sudo bulwark authz", "sudo bulwark authz --unanswered=closed"],
            Options = { unanswered, wait, plugin, daemon },
        };
        line.OnRun(command, async (invocation, cancel) =>
        {
            var options = new PluginOptions
            {
                PluginSocket = invocation.Value(plugin)!,
                Socket = invocation.Socket,
                Daemon = invocation.Value(daemon)!,
                IsClosed = invocation.Value(unanswered) == PluginOptions.Closed,
                Wait = Wait(invocation.Value(wait)),
            };
            try
            {
                await new AuthorizationPlugin(options, text => invocation.Screen.Complaint(text)).RunAsync(cancel).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException)
            {
                throw new CommandFailure("the plugin cannot listen", e) { Cause = e.Message, Hint = "sudo bulwark authz" };
            }
            return ExitCode.Ok;
        });
        return command;
    }

    private static TimeSpan Wait(string? text)
    {
        if (text is null)
            return PluginOptions.DefaultWait;
        return DurationText.TryParse(text, out var wait) && wait > TimeSpan.Zero && wait <= s_longestWait
            ? wait
            : throw new UsageFailure($"'{text}' is no time for --wait") { Hint = "write it like 15s" };
    }
}
