using System.Text.Json;
using Bulwark.Images.Layers;
using Bulwark.Images.Packages;

namespace Bulwark.Images.Tests.Harness;

/// <summary>Cases of other scanners' parsers: an input, and what it holds.</summary>
internal static class Cases
{
    /// <summary>Runs an analyser over one file of the shared data, at the path where an image has it.</summary>
    public static IReadOnlyList<Package> Parse(IFileAnalyser analyser, string file, string pathInImage)
    {
        var layer = Reading.Layer(new Tar().File(pathInImage, File.ReadAllBytes(file), "755").ToArray(), null, analyser);
        return [.. layer.Packages.SelectMany(found => found.Value)];
    }

    /// <summary>The cases of a folder like <c>scalibr/os-dpkg</c>: the input's path, and <c>name version</c> of each package in it.</summary>
    public static IEnumerable<(string Id, string Input, List<string> Expected, JsonElement Json)> Of(string folder)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(SharedData.PathOf($"packages/{folder}/cases.json")));
        foreach (var item in json.RootElement.EnumerateArray())
        {
            if (item.TryGetProperty("expect_error", out _) || item.TryGetProperty("options_dependent", out _))
                continue;
            yield return (
                item.GetProperty("id").GetString()!, SharedData.PathOf($"packages/{folder}/{item.GetProperty("input").GetString()}"),
                [.. item.GetProperty("expected").EnumerateArray().Select(package =>
                    $"{package.GetProperty("name").GetString()} {package.GetProperty("version").GetString()}").Order(StringComparer.Ordinal)],
                item.Clone());
        }
    }

    public static List<string> Names(IEnumerable<Package> packages) =>
        [.. packages.Select(package => $"{package.Name} {package.Version}").Order(StringComparer.Ordinal)];
}
