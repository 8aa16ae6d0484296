using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Bulwark.Agent.Starts;

/// <summary>
/// "This container is about to start: say when it is watched." A line on the agent's start socket; the answer is a line, too:
/// <see cref="Ready"/>, or what is missing.
/// </summary>
/// <param name="ContainerId">The runtime's id of the container.</param>
/// <param name="ProcessId">The process that will become its first one; its namespaces are there.</param>
/// <param name="Wait">How long the asker waits at most.</param>
public sealed record StartQuestion(string ContainerId, int ProcessId, TimeSpan Wait)
{
    /// <summary>The answer that lets the container start.</summary>
    public const string Ready = "ready";

    /// <summary>Longest line, either way, in bytes.</summary>
    public const int LongestLine = 1024;

    /// <summary>What the socket is called, beside that of the API.</summary>
    public const string SocketName = "start.sock";

    /// <summary>Nobody waits longer.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private const int LongestId = 255;

    /// <summary>The line, without its end.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{ContainerId} {ProcessId} {(long)Wait.TotalMilliseconds}");

    /// <summary>Reads a line.</summary>
    public static bool TryParse(string line, [NotNullWhen(true)] out StartQuestion? question)
    {
        question = null;
        if (line.Length > LongestLine || line.Split(' ') is not [var id, var process, var wait] || !IsContainerId(id)
            || !int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || pid <= 0
            || !long.TryParse(wait, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) || milliseconds > LongestWait.TotalMilliseconds)
            return false;
        question = new(id, pid, TimeSpan.FromMilliseconds(milliseconds));
        return true;
    }

    /// <summary>Whether it is a name that runc takes for a container; such a name is also that of a directory, and leads nowhere else.</summary>
    public static bool IsContainerId(string text) => text.Length is > 0 and <= LongestId && text is not ("." or "..")
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '+' or '-' or '.');
}
