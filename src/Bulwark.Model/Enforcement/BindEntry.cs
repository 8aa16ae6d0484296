namespace Bulwark.Model.Enforcement;

/// <summary>An executable that may bind a port on which others reach the workload; the others may not, once a port has one.</summary>
/// <param name="Executable">Its path inside the container.</param>
public readonly record struct BindEntry(Transport Transport, ushort Port, string Executable);
