namespace Bulwark.Images.Reports;

/// <summary>What is in a table of JARs.</summary>
/// <param name="Path">The file.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Count">How many JARs it knows.</param>
/// <param name="AsOf">When its content was true.</param>
/// <param name="Origin">File that it was imported from.</param>
public sealed record JarTableReport(string Path, long Bytes, DateTimeOffset Written, int Count, DateTimeOffset AsOf, string Origin);
