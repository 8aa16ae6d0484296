using System.Collections.Immutable;
using Bulwark.Images.Advisories;

namespace Bulwark.Images.Reports;

/// <summary>What is in an advisory file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Bytes">Its size.</param>
public sealed record AdvisoryStatusReport(string Path, long Bytes, DateTimeOffset Written, int Advisories, ImmutableArray<AdvisorySource> Sources)
{
    /// <summary>The table of JARs beside it; null if there is none.</summary>
    public JarTableReport? Jars { get; init; }
}
