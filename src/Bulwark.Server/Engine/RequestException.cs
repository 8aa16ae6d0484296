namespace Bulwark.Server.Engine;

/// <summary>A request that cannot be done, for a reason that the one who asked can do something about.</summary>
/// <param name="status">The HTTP status: 400, 404 or 409.</param>
/// <param name="hint">What to do now; empty if nothing.</param>
public sealed class RequestException(int status, string title, string detail, string hint = "") : Exception(detail)
{
    public int Status { get; } = status;

    public string Title { get; } = title;

    public string Hint { get; } = hint;
}
