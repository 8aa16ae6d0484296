using System.Text.RegularExpressions;
using Bulwark.Images.Advisories;

namespace Bulwark.Images.Secrets;

/// <summary>How one kind of secret looks.</summary>
/// <param name="Id">The finding's id.</param>
/// <param name="What">What it is, for people.</param>
/// <param name="Keywords">Texts of which one must be there; they are looked for first, as that is fast.</param>
/// <param name="Pattern">The secret itself is the group <c>secret</c>, or all of it.</param>
/// <param name="LeastEntropy">In bits a character: what is less random is a placeholder. 0 where the form alone is proof.</param>
/// <param name="ShownCharacters">How many of its first characters say only what kind it is, and may be shown.</param>
internal sealed record SecretRule(
    string Id, string What, Severity Severity, string[] Keywords, Regex Pattern, double LeastEntropy = 0, int ShownCharacters = 0)
{
    /// <summary>How keywords are compared: words that people make up are written in any case, those of issuers are not.</summary>
    public StringComparison Comparison { get; init; } = StringComparison.Ordinal;
}
