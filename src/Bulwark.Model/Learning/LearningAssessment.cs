using System.Collections.Immutable;

namespace Bulwark.Model.Learning;

/// <summary>How far learning is.</summary>
/// <param name="Learnt">Whether nothing is waited for any more.</param>
/// <param name="Confidence">1 - the upper bound of the probability that the next sighting is of something never seen; 0 to 1.</param>
/// <param name="WaitsFor">What is still waited for, each a short phrase; empty when learnt.</param>
public sealed record LearningAssessment(bool Learnt, double Confidence, ImmutableArray<string> WaitsFor);
