namespace Bulwark.Cli.Api;

/// <summary>The server refused a request, and said why.</summary>
internal sealed class ApiException : CommandFailure
{
    public ApiException(int status, string title, string detail, string hint) : base(title)
    {
        Status = status;
        Cause = detail;
        Hint = hint;
        Code = status is 401 or 403 ? ExitCode.NotAuthorised : ExitCode.Failed;
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }
}
