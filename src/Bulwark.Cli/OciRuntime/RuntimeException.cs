namespace Bulwark.Cli.OciRuntime;

/// <summary>A container's start is refused, or the runtime cannot be run: a message for the one who started it.</summary>
internal sealed class RuntimeException(string message, Exception? inner = null) : Exception(message, inner);
