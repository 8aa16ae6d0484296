using Bulwark.Agent.Starts;
using CsCheck;

namespace Bulwark.Agent.Tests.Starts;

public sealed class StartQuestionTests
{
    private const string Id = "4c01db0b339c4c01db0b339c4c01db0b339c4c01db0b339c4c01db0b339c0000";

    [Fact]
    public void What_is_asked_is_what_is_read() => Gen.Select(
        Gen.Char["abcXYZ019_+-."].Array[1, 255].Select(c => new string(c)).Where(StartQuestion.IsContainerId), Gen.Int[1, int.MaxValue],
        Gen.Int[0, 300_000]).Sample((id, process, wait) =>
    {
        var question = new StartQuestion(id, process, TimeSpan.FromMilliseconds(wait));

        Assert.True(StartQuestion.TryParse(question.ToString(), out var read));
        Assert.Equal(question, read);
        Assert.True(question.ToString().Length < StartQuestion.LongestLine);
    });

    [Theory]
    [InlineData("")]
    [InlineData("ready")]
    [InlineData($"{Id} 12")]
    [InlineData($"{Id} 12 5000 more")]
    [InlineData($"{Id} 0 5000")]
    [InlineData($"{Id} -12 5000")]
    [InlineData($"{Id} 12 -1")]
    [InlineData($"{Id} 12 300001")]
    [InlineData($"{Id} 99999999999 5000")]
    [InlineData($"{Id} 12/../1 5000")]
    [InlineData("../../etc 12 5000")]
    [InlineData(".. 12 5000")]
    [InlineData("a\nb 12 5000")]
    [InlineData("a\0b 12 5000")]
    public void A_line_that_is_no_question_is_not_read(string line) => Assert.False(StartQuestion.TryParse(line, out _));

    [Fact]
    public void No_line_makes_it_fail() => Gen.String.Sample(line =>
    {
        if (StartQuestion.TryParse(line, out var question))
            Assert.True(StartQuestion.IsContainerId(question.ContainerId));
    });
}
