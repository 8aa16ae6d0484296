namespace Bulwark.Images.Reports;

/// <summary>Something that the scan could not find out.</summary>
public sealed record CannotTellReport(CannotTellKind Kind, string Subject, string Reason, bool Grave, int? Layer, string Hint);
