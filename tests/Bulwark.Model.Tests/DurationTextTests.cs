using System.Globalization;
using CsCheck;

namespace Bulwark.Model.Tests;

public sealed class DurationTextTests
{
    private static readonly (string Name, long Milliseconds)[] Units =
        [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    [Theory]
    [InlineData("30s", 30)]
    [InlineData("10m", 600)]
    [InlineData("1h30m", 5400)]
    [InlineData("1d12h30m15s", 131_415)]
    [InlineData("0.5d", 43200)]
    [InlineData("250ms", 0.25)]
    [InlineData("1m500ms", 60.5)]
    [InlineData("36500d", 36500 * 86400.0)]
    public void A_duration_has_units(string text, double seconds)
    {
        Assert.True(DurationText.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromSeconds(seconds), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("+1s")]
    [InlineData(" 1s")]
    [InlineData("1 s")]
    [InlineData("1S")]
    [InlineData("1x")]
    [InlineData("1h30")]
    [InlineData("1.2.3s")]
    [InlineData("1e3s")]
    [InlineData("2026-03-01T12:00:00Z")]
    [InlineData("36500d1s")]
    [InlineData("99999999999d")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(DurationText.TryParse(text, out _));

    [Fact]
    public void Parts_add_up_however_many_there_are() =>
        Gen.Select(Gen.Int[0, 1000], Gen.OneOf([.. Units.Select(Gen.Const)]))
            .Array[1, 6].Sample(parts =>
            {
                var text = string.Concat(parts.Select(part => part.Item1.ToString(CultureInfo.InvariantCulture) + part.Item2.Name));
                return DurationText.TryParse(text, out var duration)
                    && duration == TimeSpan.FromMilliseconds(parts.Sum(part => part.Item1 * part.Item2.Milliseconds));
            });

    [Fact]
    public void No_text_makes_it_fail_or_exceed_the_longest() => Gen.OneOf(Gen.String, Gen.Char["0123456789.smhd"].Array[0, 40].Select(c => new string(c)))
        .Sample(text => !DurationText.TryParse(text, out var duration) || (duration >= TimeSpan.Zero && duration <= DurationText.Longest));
}
