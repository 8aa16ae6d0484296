using Bulwark.Images.Registries;
using Bulwark.Images.Sources;
using Bulwark.Images.Tests.Harness;

namespace Bulwark.Images.Tests.Sources;

public sealed class ImageTargetTests
{
    [Theory]
    [InlineData("shop/web:1", typeof(DockerSource))]
    [InlineData("docker:./web", typeof(DockerSource))]
    [InlineData("/no/such/file", typeof(ArchiveSource))]
    [InlineData("./saved", typeof(ArchiveSource))]
    [InlineData("saved.tar", typeof(ArchiveSource))]
    [InlineData("archive:web", typeof(ArchiveSource))]
    [InlineData("dir:web", typeof(DirectorySource))]
    [InlineData("oci:web", typeof(ArchiveSource))]
    [InlineData("container:shop-web-1", typeof(ContainerSource))]
    [InlineData("registry:shop/web:1", typeof(RegistrySource))]
    [InlineData("registry.example.com/shop/web:1", typeof(FirstSource))]
    [InlineData("/", typeof(DirectorySource))]
    public void What_is_meant_is_told_by_its_form(string target, Type expected) =>
        Assert.IsType(expected, ImageTarget.Open(target, "unix:///var/run/docker.sock"));

    [Fact]
    public void A_directory_with_an_OCI_layout_is_one()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("index.json", "{}");
        directory.Write("blobs/sha256/x", "");

        Assert.IsType<OciLayoutSource>(ImageTarget.Open(directory.Path, "unix:///x"));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1000)]
    public async Task A_file_that_is_no_archive_is_called_so(int length)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Write("page.html", new string('<', length));

        var exception = await Assert.ThrowsAsync<ImageException>(() => ImageTarget.Open(path, "unix:///x").ReadAsync(new([], new()), CancellationToken.None));
        Assert.Equal("it is no tar archive", exception.Reason);
        Assert.Contains("docker save", exception.Hint, StringComparison.Ordinal);
    }
}
