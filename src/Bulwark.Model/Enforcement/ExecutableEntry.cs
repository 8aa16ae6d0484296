namespace Bulwark.Model.Enforcement;

/// <summary>An executable that may open a conversation; the others may not, once an entry has one.</summary>
/// <param name="Entry">An entry of the same policy, of the direction <see cref="Direction.Out"/>.</param>
/// <param name="Executable">Its path inside the container.</param>
public readonly record struct ExecutableEntry(PolicyEntry Entry, string Executable);
