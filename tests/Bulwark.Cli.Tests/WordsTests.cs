using Bulwark.Cli.Help;
using Bulwark.Cli.Output;
using CsCheck;

namespace Bulwark.Cli.Tests;

public sealed class WordsTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1.00 kB")]
    [InlineData(12_345, "12.3 kB")]
    [InlineData(99_960, "100 kB")]
    [InlineData(999_499, "999 kB")]
    [InlineData(999_600, "1.00 MB")]
    [InlineData(long.MaxValue, "9.22 EB")]
    public void Bytes_have_three_digits_and_a_unit(long bytes, string expected) => Assert.Equal(expected, Words.Bytes(bytes));

    [Theory]
    [InlineData(-5, "0s")]
    [InlineData(45, "45s")]
    [InlineData(119, "119s")]
    [InlineData(120, "2m")]
    [InlineData(7200, "2h")]
    [InlineData(86400 * 9, "9d")]
    public void A_duration_is_told_in_its_largest_unit(int seconds, string expected) =>
        Assert.Equal(expected, Words.Duration(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void The_distance_of_words_is_symmetric_and_zero_for_equal_ones() => Gen.Select(Gen.String[0, 8], Gen.String[0, 8]).Sample((one, other) =>
        Spelling.Distance(one, other) == Spelling.Distance(other, one) && (Spelling.Distance(one, other) == 0) == (one == other));

    [Fact]
    public void Wrapped_lines_fit_and_lose_no_word() => Gen.Select(Gen.String[Gen.Char['a', 'c'], 1, 9].Array[0, 30], Gen.Int[10, 80])
        .Sample((words, width) =>
        {
            var lines = Paragraph.Wrap(string.Join(' ', words), width).ToList();
            return lines.All(line => line.Length <= width) && string.Join(' ', lines) == string.Join(' ', words);
        });
}
