namespace Bulwark.Images.Advisories;

/// <summary>One place that advisories came from.</summary>
/// <param name="Name"><c>debian</c>, <c>osv:npm</c>, …</param>
/// <param name="Origin">File or address that it was read from.</param>
/// <param name="AsOf">When its content was true: when it was fetched, or for an imported file the newest date that file gives.</param>
/// <param name="Advisories">How many it brought.</param>
/// <param name="Ecosystems">Ecosystems that it speaks about.</param>
public sealed record AdvisorySource(string Name, string Origin, DateTimeOffset AsOf, int Advisories, string[] Ecosystems)
{
    /// <summary>Stands for an ecosystem where a source says which vulnerabilities are exploited.</summary>
    public const string Exploited = "exploited";

    /// <summary>Stands for an ecosystem where a source says how likely vulnerabilities are to be exploited.</summary>
    public const string Likelihood = "epss";
}
