namespace Bulwark.Images.Archives;

/// <summary>An archive is damaged, is not what it says it is, or goes beyond <see cref="ArchiveLimits"/>.</summary>
public sealed class ArchiveException(string message, Exception? inner = null) : Exception(message, inner);
