namespace Bulwark.Images.Cache;

/// <summary>A cache cannot be used; a scan without it only takes longer.</summary>
public sealed class CacheException(string message, Exception? inner = null) : Exception(message, inner);
