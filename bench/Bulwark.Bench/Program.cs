using System.Globalization;
using Bulwark.Bench;
using Bulwark.Bench.Images;

if (args is ["images", var layout, var saved, var executable, var page])
    return await ImageCost.MeasureAsync(new(layout, saved), executable, page);
if (args is not [var client, var server, var rounds, var file])
{
    Console.Error.WriteLine("Run bench/run or bench/images: they make what this measures on.");
    return 2;
}
using var stage = new Stage(client, server);
var results = new Results();
TrafficCost.Measure(stage, int.Parse(rounds, CultureInfo.InvariantCulture), results);
ProcessorCost.Measure(stage, int.Parse(rounds, CultureInfo.InvariantCulture), results);
PacketCost.Measure(stage, results);
WatchingCost.Measure(stage, results);
PolicyCost.Measure(stage, results);
HealingTime.Measure(stage, results);
results.Write(file);
return 0;
