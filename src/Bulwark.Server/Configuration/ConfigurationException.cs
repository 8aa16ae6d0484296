namespace Bulwark.Server.Configuration;

/// <summary>The configuration file is wrong. The message names the file, the key and what is expected.</summary>
public sealed class ConfigurationException(string message, Exception? inner = null) : Exception(message, inner);
