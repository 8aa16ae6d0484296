using System.Text;
using Bulwark.Images.Files;
using CsCheck;

namespace Bulwark.Images.Tests.Files;

public sealed class ByteWordsTests
{
    private static readonly string[] s_words = ["abc", "abcd", "bca", "AB_", "ccc", "a-b", "b://", "cab", "bbb", "cba", "aaa-long-one"];

    // Such as make words often, and bytes that are letters but for one bit.
    private const string Letters = "abcABC_-:/longe\0\x01\u00E1\u00E2\u0081";

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void The_first_of_all_words_is_found_wherever_it_is(bool withVectors, bool ignoreCase)
    {
        var words = new ByteWords(s_words, ignoreCase);
        var comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        Gen.Int[0, Letters.Length - 1].Select(index => Letters[index]).Array[0, 200].Sample(letters =>
        {
            var text = new string(letters);
            var found = words.IndexOf(Encoding.Latin1.GetBytes(text), withVectors, out var word);
            var expected = Enumerable.Range(0, text.Length).Select(at => (At: at, Word: Array.FindIndex(s_words, candidate => text.AsSpan(at).StartsWith(candidate, comparison))))
                .FirstOrDefault(place => place.Word >= 0, (At: -1, Word: -1));
            return (found, word) == expected;
        }, iter: 20_000, threads: 1);
    }

    [Theory]
    [InlineData("ab")]
    [InlineData("abcä")]
    public void A_word_that_cannot_be_looked_for_is_refused(string word) => Assert.Throws<ArgumentException>(() => new ByteWords([word], false));
}
