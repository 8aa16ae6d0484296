namespace Bulwark.Bench;

/// <summary>What the programs cost real conversations, against none in the same round.</summary>
internal static class TrafficCost
{
    private static readonly TimeSpan s_each = TimeSpan.FromMilliseconds(120);
    private static readonly Setting[] s_settings = Enum.GetValues<Setting>();
    private static readonly (string Name, string Unit, double Scale, Func<TimeSpan, double> Run)[] s_kinds =
    [
        ("TCP_STREAM", "Gbit/s", 8e-9, Conversations.Stream), ("TCP_RR", "requests/s", 1, Conversations.Requests),
        ("TCP_CRR", "connections/s", 1, Conversations.Connections), ("UDP_RR", "requests/s", 1, Conversations.Datagrams),
    ];

    public static void Measure(Stage stage, int rounds, Results results)
    {
        Conversations.Serve(stage);
        var rates = s_kinds.Select(_ => s_settings.ToDictionary(s => s, _ => new List<double>())).ToArray();
        for (var round = -1; round < rounds; round++) // the first warms up and does not count
        {
            for (var kind = 0; kind < s_kinds.Length; kind++)
            {
                // What is compared is measured next to each other; another setting first each time, so that none has the best place.
                for (var i = 0; i < s_settings.Length; i++)
                {
                    var setting = s_settings[(i + round + s_settings.Length) % s_settings.Length];
                    stage.Put(setting);
                    var rate = stage.InClient(() => s_kinds[kind].Run(s_each)) * s_kinds[kind].Scale;
                    if (round >= 0)
                        rates[kind][setting].Add(rate);
                }
            }
        }
        results.Rounds = rounds;
        for (var kind = 0; kind < s_kinds.Length; kind++)
        {
            var none = rates[kind][Setting.None];
            results.AddTraffic(s_kinds[kind].Name, s_kinds[kind].Unit, Spread.Of(none),
                [.. s_settings.Skip(1).Select(s => Spread.Of(rates[kind][s].Zip(none, (with, without) => with / without)))]);
        }
    }
}
