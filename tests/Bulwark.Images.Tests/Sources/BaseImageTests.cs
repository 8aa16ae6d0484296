using System.Diagnostics;
using Bulwark.Images.Scanning;
using Bulwark.Images.Sources;
using Bulwark.Images.Tests.Harness;
using Bulwark.Runtimes.Tests.Docker;

namespace Bulwark.Images.Tests.Sources;

/// <summary>Against a real dockerd.</summary>
public sealed class BaseImageTests(DockerDaemon docker) : IClassFixture<DockerDaemon>
{
    private static readonly byte[] s_lowest = new Tar().File("lowest", "#!", "4755").ToArray();
    private static readonly byte[] s_middle = new Tar().File("middle", "#!", "4755").ToArray();
    private static readonly byte[] s_own = new Tar().File("own", "#!", "4755").ToArray();

    [Fact]
    public async Task What_a_local_image_brought_is_told_apart_from_what_was_put_on_top()
    {
        await LoadAsync(new TestImage().Layer(s_lowest), "bases/lowest:1");
        await LoadAsync(new TestImage().Layer(s_lowest).Layer(s_middle), "bases/middle:1");
        // It shares a layer, and is nevertheless none of it.
        await LoadAsync(new TestImage().Layer(s_lowest).Layer(s_own), "bases/cousin:1");
        await LoadAsync(new TestImage().Layer(s_lowest).Layer(s_middle).Layer(s_own), "bases/shop:1");

        var result = await ImageScanner.ScanAsync(new DockerSource(docker.Endpoint, "bases/shop:1"), null, new(), TimeProvider.System, CancellationToken.None);

        Assert.Equal([new("bases/lowest:1", 1), new("bases/middle:1", 2)], result.Bases);
        Assert.Equal(
            [("lowest", "bases/lowest:1"), ("middle", "bases/middle:1"), ("own", "")],
            result.Findings.Where(finding => finding.Id == "file/set-user-id").Select(finding => (finding.Path, result.BaseOf(finding.Layer))).Order());
        Assert.All(result.Findings.Where(finding => finding.Layer is null), finding => Assert.Equal("", result.BaseOf(finding.Layer)));
    }

    [Fact]
    public async Task What_an_image_only_claims_of_itself_is_not_taken_for_known()
    {
        var image = new TestImage().Layer(s_own);
        image.Config["Labels"] = new System.Text.Json.Nodes.JsonObject { ["org.opencontainers.image.base.name"] = "docker.io/library/debian:12" };
        await LoadAsync(image, "bases/claiming:1");

        var read = await new DockerSource(docker.Endpoint, "bases/claiming:1").ReadAsync(new([], new()), CancellationToken.None);

        Assert.Equal("docker.io/library/debian:12", read.ClaimedBase);
        Assert.Empty(read.Bases);
    }

    private async Task LoadAsync(TestImage image, string tag)
    {
        using var directory = new TemporaryDirectory();
        using var load = Process.Start(new ProcessStartInfo("docker", ["-H", docker.Endpoint, "load", "-q", "-i", directory.Write("image.tar", image.DockerArchive(tag))]) { RedirectStandardOutput = true })!;
        await load.StandardOutput.ReadToEndAsync();
        await load.WaitForExitAsync();
        Assert.Equal(0, load.ExitCode);
    }
}
