namespace Bulwark.Cli.Help;

/// <summary>Finds the word that was meant.</summary>
internal static class Spelling
{
    /// <summary>The nearest of <paramref name="words"/>, if it is near enough to be a slip of the fingers.</summary>
    public static string? Nearest(string typed, IEnumerable<string> words) => words
        .Select(word => (Word: word, Distance: Distance(typed, word)))
        .Where(candidate => candidate.Distance <= Math.Max(1, Math.Min(typed.Length, candidate.Word.Length) / 3))
        .OrderBy(candidate => candidate.Distance).ThenBy(candidate => candidate.Word, StringComparer.Ordinal)
        .Select(candidate => candidate.Word).FirstOrDefault();

    /// <summary>Insertions, deletions, replacements and swaps of neighbours that make one word of the other.</summary>
    public static int Distance(string one, string other)
    {
        var costs = new int[one.Length + 1, other.Length + 1];
        for (var i = 0; i <= one.Length; i++)
            costs[i, 0] = i;
        for (var j = 0; j <= other.Length; j++)
            costs[0, j] = j;
        for (var i = 1; i <= one.Length; i++)
        {
            for (var j = 1; j <= other.Length; j++)
            {
                var replaced = costs[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
                costs[i, j] = Math.Min(replaced, Math.Min(costs[i - 1, j], costs[i, j - 1]) + 1);
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                    costs[i, j] = Math.Min(costs[i, j], costs[i - 2, j - 2] + 1);
            }
        }
        return costs[one.Length, other.Length];
    }
}
