namespace Bulwark.Cli.Api;

/// <summary>The socket is there, but this user may not open it.</summary>
internal sealed class NotAuthorisedException : CommandFailure
{
    public NotAuthorisedException(string socket, Exception inner) : base($"you may not open {socket}", inner)
    {
        Cause = "only root and the members of the group bulwark may";
        Hint = "sudo usermod -aG bulwark \"$USER\" (then log in again), or run the command with sudo";
        Code = ExitCode.NotAuthorised;
    }
}
