namespace Bulwark.Model.Learning;

/// <summary>
/// How likely the next sighting is of something never seen: the unseen mass. The estimate is that of Good and Turing (I. J. Good, "The
/// population frequencies of species", Biometrika 40, 1953); the bound is the exact one of Clopper and Pearson (Biometrika 26, 1934).
/// </summary>
/// <remarks>
/// Why a binomial bound holds: what was seen stays seen, so the unseen mass never grows. Every earlier sighting was new with at least
/// today's probability; so the number of discoveries since any earlier point is at least (stochastically) a binomial of today's mass,
/// and few discoveries bound that mass from above.
/// </remarks>
public static class UnseenMass
{
    // 2^-60 is finer than a double's resolution anywhere but right next to 0.
    private const int BisectionSteps = 60;

    /// <summary>Good-Turing: the share of the sightings that were of something seen just once; 1 before the first sighting.</summary>
    public static double Estimate(long singletons, long sightings) =>
        sightings <= 0 ? 1 : Math.Clamp((double)singletons / sightings, 0, 1);

    /// <summary>
    /// The largest probability with which <paramref name="successes"/> or fewer in <paramref name="trials"/> still happen with probability
    /// 1 - <paramref name="confidence"/>; 1 without trials, or when all were successes.
    /// </summary>
    /// <param name="successes">At least 0.</param>
    /// <param name="trials">At least 0.</param>
    /// <param name="confidence">0 to 1, both excluded.</param>
    public static double UpperBound(long successes, long trials, double confidence)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfNegative(trials);
        if (!(confidence is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "The confidence must be between 0 and 1.");
        if (successes >= trials)
            return 1;
        if (successes == 0)
            return -double.ExpM1(double.Log(1 - confidence) / trials);
        var wanted = Math.Log(1 - confidence);
        var (low, high) = ((double)successes / trials / 2, 1.0);
        if (LogCumulative(successes, trials, low) < wanted)
            low = 0;
        for (var step = 0; step < BisectionSteps; step++)
        {
            var middle = low + (high - low) / 2;
            if (LogCumulative(successes, trials, middle) >= wanted)
                low = middle;
            else
                high = middle;
        }
        return high;
    }

    /// <summary>ln P(X &lt;= successes) for X binomial with <paramref name="trials"/> and <paramref name="probability"/>.</summary>
    public static double LogCumulative(long successes, long trials, double probability)
    {
        if (probability <= 0 || successes >= trials)
            return 0;
        if (probability >= 1)
            return double.NegativeInfinity;
        var top = LogChoose(trials, successes) + successes * Math.Log(probability)
            + (trials - successes) * double.LogP1(-probability);
        // Sum the terms relative to the topmost one, downwards: each is the one above it times i/(n-i+1) * (1-p)/p.
        var odds = (1 - probability) / probability;
        var (sum, term, scale) = (1.0, 1.0, 0.0);
        for (var i = successes; i > 0; i--)
        {
            var ratio = i / (double)(trials - i + 1) * odds;
            term *= ratio;
            sum += term;
            if (ratio < 1 && term < sum * 1e-17)
                break;
            if (sum > 1e280)
                (sum, term, scale) = (1, term / sum, scale + Math.Log(sum));
        }
        return Math.Min(0, top + scale + Math.Log(sum));
    }

    private static double LogChoose(long n, long k) => LogFactorial(n) - LogFactorial(k) - LogFactorial(n - k);

    private static double LogFactorial(long n)
    {
        if (n < 32)
        {
            var product = 1.0;
            for (var i = 2; i <= n; i++)
                product *= i;
            return Math.Log(product);
        }
        // Stirling's series (NIST DLMF 5.11.1); from 32 on the first term left out is below 1e-13.
        double x = n;
        var inverse = 1 / x;
        var square = inverse * inverse;
        return x * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI * x)
            + inverse * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square / 1680)));
    }
}
