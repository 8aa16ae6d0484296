namespace Bulwark.Bench;

/// <summary>What several measurements of one thing came to.</summary>
internal readonly record struct Spread(double Least, double Median, double Most)
{
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return new(sorted[0], sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2, sorted[^1]);
    }
}
