namespace Bulwark.Server.Store;

/// <summary>The database cannot be used. Nothing in it was changed.</summary>
public sealed class StoreException(string message, Exception? inner = null) : Exception(message, inner);
