namespace Bulwark.Images;

/// <summary>An image cannot be read at all.</summary>
/// <param name="message">What was tried, and on what.</param>
/// <param name="reason">Why it failed.</param>
/// <param name="hint">What to do, or empty.</param>
public sealed class ImageException(string message, string reason, string hint = "", Exception? inner = null) : Exception(message, inner)
{
    public string Reason { get; } = reason;

    public string Hint { get; } = hint;

    /// <summary>Whether the place has no such image, or is not there itself, so that another place may have it.</summary>
    public bool IsMissing { get; init; }
}
