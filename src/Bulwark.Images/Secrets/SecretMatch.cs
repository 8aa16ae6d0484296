namespace Bulwark.Images.Secrets;

/// <summary>A secret in a text: where it is, and how it may be shown.</summary>
/// <param name="Masked">Never the secret.</param>
internal readonly record struct SecretMatch(SecretRule Rule, int Start, int Length, string Masked);
