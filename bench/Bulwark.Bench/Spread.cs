namespace Bulwark.Bench;

/// <summary>What several measurements of one thing came to.</summary>
/// <param name="Low">A quarter of them was below.</param>
/// <param name="High">A quarter of them was above.</param>
internal readonly record struct Spread(double Low, double Median, double High)
{
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return new(sorted[sorted.Count / 4], sorted[sorted.Count / 2], sorted[^(sorted.Count / 4 + 1)]);
    }
}
