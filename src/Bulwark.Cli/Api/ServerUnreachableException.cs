namespace Bulwark.Cli.Api;

/// <summary>Nobody answers on the socket.</summary>
internal sealed class ServerUnreachableException : CommandFailure
{
    public ServerUnreachableException(string socket, string cause, Exception? inner = null)
        : base($"the server does not answer on {socket}", inner)
    {
        Cause = cause;
        Hint = "bulwark up";
        Code = ExitCode.Unreachable;
    }

    /// <summary>Whether somebody took the connection and then broke it: the request may have been heard.</summary>
    public bool WasReached { get; init; }
}
