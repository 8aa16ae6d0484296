namespace Bulwark.Images.Advisories.Store;

/// <summary>Advisories cannot be read, or cannot be kept.</summary>
/// <param name="message">What is wrong, on what.</param>
/// <param name="hint">What to do, or empty.</param>
public sealed class AdvisoryFileException(string message, string hint = "", Exception? inner = null) : Exception(message, inner)
{
    public string Hint { get; } = hint;
}
