namespace Bulwark.Images.Advisories.Store;

/// <summary>What is written down of a source beside its advisories (<see cref="AdvisorySource"/>).</summary>
public readonly record struct SourceState(string Origin, DateTimeOffset AsOf, string? Revision = null)
{
    public static SourceState Unknown { get; } = new("", default);
}
