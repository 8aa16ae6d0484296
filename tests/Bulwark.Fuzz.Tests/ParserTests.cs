using System.Diagnostics;

namespace Bulwark.Fuzz.Tests;

/// <summary>A short look for what <c>fuzz/run</c> looks for at length: each target gets the same damaged inputs in every run.</summary>
public sealed class ParserTests
{
    private const int Inputs = 1500;

    // For all inputs of a target together, on a machine of any speed: a parser that hangs takes for ever.
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(3);

    public static TheoryData<string> Targets => [.. FuzzTarget.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void A_sound_input_is_taken(string name)
    {
        var target = FuzzTarget.Find(name)!;
        Assert.NotEmpty(target.Seeds);
        Assert.All(target.Seeds, seed => Assert.True(Trial.Run(target, seed)));
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Damage_gives_a_result_or_the_documented_refusal_in_bounded_memory(string name)
    {
        var target = FuzzTarget.Find(name)!;
        var mutator = new Mutator(target.Seeds, seed: 1);
        byte[] input = [];
        var trials = Task.Run(() =>
        {
            var began = Stopwatch.GetTimestamp();
            for (var number = 0; number < Inputs; number++)
            {
                input = mutator.Next();
                Trial.Run(target, input);
            }
            return Stopwatch.GetElapsedTime(began);
        });
        if (await Task.WhenAny(trials, Task.Delay(s_longest)) != trials)
            Assert.Fail($"{name} takes for ever with {Convert.ToBase64String(input)}");
        try
        {
            await trials;
        }
        catch (FuzzFailure e)
        {
            Assert.Fail($"{e.Message}; with {Convert.ToBase64String(input)}");
        }
    }

    [Fact]
    public void The_same_seed_makes_the_same_inputs()
    {
        byte[][] seeds = ["some text"u8.ToArray(), [1, 2, 3]];
        var (one, other) = (new Mutator(seeds, 5), new Mutator(seeds, 5));
        Assert.All(Enumerable.Range(0, 100), _ => Assert.Equal(one.Next(), other.Next()));
    }

    [Fact]
    public void A_parser_that_fails_is_told_apart_from_one_that_refuses()
    {
        var refuses = new FuzzTarget("refuses", _ => throw new FormatException(), [[]]) { Refusals = [typeof(FormatException)] };
        Assert.False(Trial.Run(refuses, []));
        Assert.Throws<FuzzFailure>(() => Trial.Run(refuses with { Refusals = [] }, []));
        Assert.Throws<FuzzFailure>(() => Trial.Run(refuses with { Read = _ => GC.KeepAlive(new byte[256 << 20]) }, []));
    }
}
