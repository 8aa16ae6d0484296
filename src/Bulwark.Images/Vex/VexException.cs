namespace Bulwark.Images.Vex;

/// <summary>A file of statements about vulnerabilities cannot be understood.</summary>
public sealed class VexException(string message, Exception? inner = null) : Exception(message, inner);
