namespace Bulwark.Images.Advisories.Formats;

/// <summary>A file of advisories is damaged or of a format that is not known.</summary>
public sealed class AdvisoryFormatException(string message, Exception? inner = null) : Exception(message, inner);
