using System.Buffers;
using System.Security.Cryptography;

namespace Bulwark.Images.Archives;

/// <summary>
/// The name of some bytes by what they are: <c>sha256:</c> and 64 hexadecimal digits, as in the OCI image specification. Other
/// algorithms are registered there but not in use.
/// </summary>
public static class Digest
{
    private const string Algorithm = "sha256:";

    private static readonly SearchValues<char> s_hexadecimal = SearchValues.Create("0123456789abcdef");

    /// <summary>Whether the text is a digest; only then may it become a part of a path.</summary>
    public static bool IsValid(string? text) => text is not null && text.StartsWith(Algorithm, StringComparison.Ordinal)
        && text.Length == Algorithm.Length + 64 && text.AsSpan(Algorithm.Length).IndexOfAnyExcept(s_hexadecimal) < 0;

    public static string Of(ReadOnlySpan<byte> bytes) => FromHash(SHA256.HashData(bytes));

    internal static string FromHash(byte[] hash) => Algorithm + Convert.ToHexStringLower(hash);
}
