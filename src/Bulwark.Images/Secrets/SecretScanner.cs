using System.Buffers;
using System.Text;
using Bulwark.Images.Files;

namespace Bulwark.Images.Secrets;

/// <summary>Finds secrets in text, and masks them. Pure: what it returns never holds a secret.</summary>
internal static class SecretScanner
{
    // A pattern reaches no further than this beyond its keyword.
    private const int Reach = 600;

    // Looked at in one go from a keyword on, so that a text full of keywords costs no more than its length.
    private const int Stride = 4096;
    private const int MostInOneText = 100;

    // A file is made text piece by piece. A secret with its keyword, and what each is told by, lies within two times the reach.
    private const int WindowCharacters = 64 << 10;
    private const int Margin = 2 * Reach;

    private static readonly SecretRule[] s_all = [.. SecretRules.Everywhere, .. SecretRules.InAssignments];

    private static readonly SearchValues<string> s_everywhere =
        SearchValues.Create([.. SecretRules.Everywhere.SelectMany(rule => rule.Keywords)], StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> s_anywhere =
        SearchValues.Create([.. s_all.SelectMany(rule => rule.Keywords)], StringComparison.OrdinalIgnoreCase);

    // To tell quickly of a file that it has none of them, which is so of nearly all.
    private static readonly ByteWords s_everywhereInBytes = new(SecretRules.Everywhere.SelectMany(rule => rule.Keywords), ignoreCase: true);
    private static readonly ByteWords s_anywhereInBytes = new(s_all.SelectMany(rule => rule.Keywords), ignoreCase: true);

    // What people write where a secret is to come.
    private static readonly string[] s_placeholders =
    [
        "example", "changeme", "change_me", "change-me", "placeholder", "your", "xxxx", "dummy", "sample", "password", "passwd", "redacted", "none",
        "null", "false", "true", "todo", "insert", "secret", "123456", "abcdef", "postgres", "default",
    ];

    /// <summary>Whether a text may hold a secret, by its bytes: if not, there is none to be found.</summary>
    public static bool MayHold(ReadOnlySpan<byte> text, bool isAssignment) => (isAssignment ? s_anywhereInBytes : s_everywhereInBytes).IndexOf(text, out _) >= 0;

    /// <param name="isAssignment">Whether values in this text are really used, as in an environment.</param>
    public static List<SecretMatch> Find(ReadOnlySpan<char> text, bool isAssignment)
    {
        var matches = new List<SecretMatch>();
        var keywords = isAssignment ? s_anywhere : s_everywhere;
        Span<int> lookedAt = stackalloc int[s_all.Length];
        for (var at = 0; matches.Count < MostInOneText && text[at..].IndexOfAny(keywords) is var next and >= 0; at++)
        {
            at += next;
            for (var index = 0; index < (isAssignment ? s_all.Length : SecretRules.Everywhere.Length); index++)
            {
                if (at < lookedAt[index] || !HasKeyword(s_all[index], text[at..]))
                    continue;
                var start = Math.Max(0, at - Reach);
                Find(s_all[index], text[start..Math.Min(text.Length, at + Stride + Reach)], start, matches);
                // What begins there or later, this piece may not have shown in full.
                lookedAt[index] = at + Stride;
            }
        }
        return Distinct(matches);
    }

    /// <summary>The same in a text that is no text yet.</summary>
    public static List<SecretMatch> FindInBytes(ReadOnlySpan<byte> text, bool isAssignment)
    {
        var matches = new List<SecretMatch>();
        var window = ArrayPool<char>.Shared.Rent(WindowCharacters);
        try
        {
            for (var start = 0; matches.Count < MostInOneText; start += WindowCharacters - 2 * Margin)
            {
                // Byte for character: offsets stay, nothing can fail to decode, and secrets are ASCII.
                var length = Encoding.Latin1.GetChars(text[start..Math.Min(text.Length, start + WindowCharacters)], window);
                var isLast = start + length == text.Length;
                // What is too near to a border is all within the window beside.
                var (from, to) = (start == 0 ? 0 : Margin, isLast ? length : length - Margin);
                foreach (var match in Find(window.AsSpan(0, length), isAssignment))
                {
                    if (match.Start >= from && match.Start < to)
                        matches.Add(match with { Start = start + match.Start });
                }
                if (isLast)
                    break;
            }
            return matches;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(window, clearArray: true);
        }
    }

    /// <summary>The text with every secret in it masked.</summary>
    public static string Redact(string text)
    {
        var matches = Find(text, isAssignment: true);
        if (matches.Count == 0)
            return text;
        var redacted = new StringBuilder();
        var done = 0;
        foreach (var match in matches.OrderBy(match => match.Start))
        {
            if (match.Start < done)
                continue;
            redacted.Append(text, done, match.Start - done).Append(match.Masked);
            done = match.Start + match.Length;
            // Of a key all is secret, up to its last line, however long it is.
            if (match.Rule.Id == SecretRules.PrivateKeyId)
                done = text.IndexOf("-----END", done, StringComparison.Ordinal) is var end and >= 0 ? end : text.Length;
        }
        return redacted.Append(text, done, text.Length - done).ToString();
    }

    private static bool HasKeyword(SecretRule rule, ReadOnlySpan<char> text)
    {
        foreach (var keyword in rule.Keywords)
        {
            if (text.StartsWith(keyword, rule.Comparison))
                return true;
        }
        return false;
    }

    private static void Find(SecretRule rule, ReadOnlySpan<char> piece, int offset, List<SecretMatch> matches)
    {
        if (!rule.Pattern.IsMatch(piece))
            return;
        foreach (System.Text.RegularExpressions.Match match in rule.Pattern.Matches(piece.ToString()))
        {
            var secret = match.Groups["secret"];
            if (matches.Count == MostInOneText)
                return;
            if (IsReal(rule, secret.Value))
                matches.Add(new(rule, offset + secret.Index, secret.Length, Mask(secret.Value, rule.ShownCharacters)));
        }
    }

    private static bool IsReal(SecretRule rule, string secret)
    {
        if (rule.LeastEntropy == 0)
            return true;
        if (secret.StartsWith('$') || secret.StartsWith('<') || secret.StartsWith('{') || secret.StartsWith('%') || secret.StartsWith('/'))
            return false; // A reference: ${TOKEN}, <token>, /run/secrets/token.
        return Entropy(secret) >= rule.LeastEntropy
            && !Array.Exists(s_placeholders, word => secret.Contains(word, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Shannon's, in bits a character.</summary>
    internal static double Entropy(string text)
    {
        var entropy = 0.0;
        foreach (var group in text.GroupBy(character => character))
        {
            var share = (double)group.Count() / text.Length;
            entropy -= share * Math.Log2(share);
        }
        return entropy;
    }

    // Only what tells the kind, and that only of secrets that are long enough to stay secret.
    private static string Mask(string secret, int shown) => secret.Length >= 16 ? $"{secret[..shown]}****" : "****";

    private static List<SecretMatch> Distinct(List<SecretMatch> matches) =>
        [.. matches.OrderBy(match => Array.IndexOf(s_all, match.Rule)).GroupBy(match => match.Start).Select(group => group.First()).OrderBy(match => match.Start)];
}
