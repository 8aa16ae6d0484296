using Bulwark.Images.Advisories;

namespace Bulwark.Images.Secrets;

/// <summary>A secret in a file of a layer. It holds no part of the secret that could be used.</summary>
/// <param name="Rule">The id of the rule that found it.</param>
/// <param name="What">What it is, for people.</param>
/// <param name="Path">The file.</param>
/// <param name="Line">Counted from 1.</param>
/// <param name="Masked">How it begins, if that gives nothing away.</param>
public sealed record FoundSecret(string Rule, string What, Severity Severity, string Path, int Line, string Masked);
