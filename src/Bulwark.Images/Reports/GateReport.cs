using System.Collections.Immutable;

namespace Bulwark.Images.Reports;

/// <summary>What the gate said.</summary>
public sealed record GateReport(bool Passes, bool CouldTell, ImmutableArray<string> Reasons);
