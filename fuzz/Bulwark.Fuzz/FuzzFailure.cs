namespace Bulwark.Fuzz;

/// <summary>A parser did what it must not do with any input.</summary>
internal sealed class FuzzFailure(string message, Exception? inner = null) : Exception(message, inner);
