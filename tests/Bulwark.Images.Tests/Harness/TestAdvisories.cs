using Bulwark.Images.Advisories;
using Bulwark.Images.Advisories.Store;

namespace Bulwark.Images.Tests.Harness;

/// <summary>An advisory file with just these in it.</summary>
internal sealed class TestAdvisories : IDisposable
{
    public static readonly DateTimeOffset AsOf = new(2026, 2, 28, 0, 0, 0, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();

    public TestAdvisories(params Advisory[] advisories)
    {
        using var writer = new AdvisoryFileWriter();
        foreach (var advisory in advisories)
            writer.Add(advisory);
        Path = System.IO.Path.Combine(_directory.Path, "advisories");
        writer.WriteTo(Path, writer.Sources.ToDictionary(source => source, _ => new SourceState("a test", AsOf)), AsOf);
        File = AdvisoryFile.Open(Path);
    }

    public string Path { get; }

    public AdvisoryFile File { get; }

    public void Dispose()
    {
        File.Dispose();
        _directory.Dispose();
    }
}
