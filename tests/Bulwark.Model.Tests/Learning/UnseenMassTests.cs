using Bulwark.Model.Learning;
using CsCheck;

namespace Bulwark.Model.Tests.Learning;

public sealed class UnseenMassTests
{
    // Closed form for k = 0: 1 - 0.05^(1/n). The others solve the binomial sum by hand: n = 2, k = 1 is 1 - p^2 = 0.05.
    [Theory]
    [InlineData(0, 1, 0.95)]
    [InlineData(0, 300, 0.0099361)]
    [InlineData(1, 2, 0.9746794)]
    [InlineData(1, 10, 0.3941633)]
    public void The_bound_is_that_of_Clopper_and_Pearson(long successes, long trials, double expected) =>
        Assert.Equal(expected, UnseenMass.UpperBound(successes, trials, 0.95), 6);

    [Fact]
    public void Without_evidence_everything_is_possible()
    {
        Assert.Equal(1, UnseenMass.Estimate(0, 0));
        Assert.Equal(1, UnseenMass.UpperBound(0, 0, 0.95));
        Assert.Equal(1, UnseenMass.UpperBound(7, 7, 0.95));
    }

    [Fact]
    public void At_the_bound_so_few_successes_have_exactly_the_probability_left() =>
        Gen.Select(Gen.Long[1, 100_000], Gen.Double[0, 0.99], Gen.Double[0.6, 0.999]).Sample((trials, share, confidence) =>
        {
            var successes = (long)(trials * share);
            var bound = UnseenMass.UpperBound(successes, trials, confidence);
            Assert.InRange(bound, (double)successes / trials, 1);
            Assert.Equal(1 - confidence, Math.Exp(UnseenMass.LogCumulative(successes, trials, bound)), 5e-6);
        });

    [Fact]
    public void More_successes_raise_the_bound_and_more_trials_lower_it() =>
        Gen.Select(Gen.Long[2, 10_000], Gen.Double[0, 0.9]).Sample((trials, share) =>
        {
            var successes = (long)(trials * share);
            var bound = UnseenMass.UpperBound(successes, trials, 0.95);
            Assert.True(UnseenMass.UpperBound(successes + 1, trials, 0.95) > bound);
            Assert.True(UnseenMass.UpperBound(successes, trials + trials, 0.95) < bound);
        });
}
