using Bulwark.Cli.Api;
using Bulwark.Cli.Output;

namespace Bulwark.Cli.Help;

/// <summary>Tells a failure on standard error: what, why, what next.</summary>
internal static class FailureMessage
{
    /// <summary>Writes it and returns the exit code.</summary>
    public static int Write(Invocation invocation, Exception exception)
    {
        var failure = exception as CommandFailure ?? new CommandFailure("an unexpected failure", exception)
        {
            Cause = $"{exception.GetType().Name}: {exception.Message}",
            Hint = invocation.Verbose ? "" : "run it again with -v to see where",
        };
        var screen = invocation.Screen;
        if (invocation.WantsJson)
        {
            screen.JsonComplaint(new ErrorReport(failure.Message, failure.Cause, failure.Hint, failure.Code), CliJson.Indented<ErrorReport>());
            return failure.Code;
        }
        Part(screen, new("error: ", Tone.Bad), failure.Message);
        Part(screen, new("cause: ", Tone.Warning), failure.Cause);
        Part(screen, new("hint: ", Tone.Good), failure.Hint);
        if (invocation.Verbose)
        {
            foreach (var line in exception.ToString().Split('\n'))
                screen.Complaint(Cell.Faint(line));
        }
        return failure.Code;
    }

    private static void Part(Screen screen, Cell label, string text)
    {
        if (text.Length > 0)
            screen.Complaint(label, text);
    }
}
