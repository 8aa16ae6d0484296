using Bulwark.Images.Layers;
using Bulwark.Images.Packages;
using Bulwark.Images.Packages.Debian;
using Bulwark.Images.Tests.Harness;

namespace Bulwark.Images.Tests.Packages;

public sealed class InventoryTests
{
    private const string Status = "var/lib/dpkg/status";
    private const string Release = "ID=debian\nVERSION_ID=12\nPRETTY_NAME=\"Debian 12\"\n";

    [Fact]
    public void Each_package_is_blamed_on_the_layer_that_brought_this_version_of_it()
    {
        var inventory = Of(new TestImage()
            .Layer(new Tar().File("etc/os-release", Release).File(Status, Installed("base 1", "tool 1", "gone 1")))
            .Layer(new Tar().File("srv/data", "x"))
            .Layer(new Tar().File(Status, Installed("base 1", "tool 2", "new 1"))));

        Assert.Equal(["base 1 @0", "new 1 @2", "tool 2 @2"], inventory.Packages.Select(p => $"{p.Package.Name} {p.Package.Version} @{p.Layer}"));
        Assert.Empty(inventory.Doubts);
    }

    [Fact]
    public void A_package_that_left_and_came_back_is_blamed_on_the_layer_that_brought_it_back()
    {
        var inventory = Of(new TestImage()
            .Layer(new Tar().File("etc/os-release", Release).File(Status, Installed("a 1", "b 1")))
            .Layer(new Tar().File(Status, Installed("a 1")))
            .Layer(new Tar().File(Status, Installed("a 1", "b 1"))));

        Assert.Equal(["a @0", "b @2"], inventory.Packages.Select(p => $"{p.Package.Name} @{p.Layer}"));
    }

    [Theory]
    [InlineData("var/lib/dpkg/status")]
    [InlineData("var/lib/dpkg")]
    [InlineData("var")]
    public void A_database_that_an_upper_layer_deletes_is_gone_and_that_is_told(string deleted)
    {
        var inventory = Of(new TestImage()
            .Layer(new Tar().File("etc/os-release", Release).File(Status, Installed("a 1")))
            .Layer(new Tar().Whiteout(deleted)));

        Assert.Empty(inventory.Packages);
        Assert.Equal(CannotTellKind.Packages, Assert.Single(inventory.Doubts).Kind);
    }

    [Fact]
    public void A_database_in_a_directory_made_anew_is_gone()
    {
        var image = new TestImage().Layer(new Tar().File(Status, Installed("a 1")));

        Assert.Empty(Of(image.Layer(new Tar().File("var/lib/.wh..wh..opq", ""))).Packages);
    }

    [Fact]
    public void A_directory_that_became_a_link_hides_what_was_in_it()
    {
        var image = new TestImage().Layer(new Tar().File(Status, Installed("a 1"))).Layer(new Tar().Link("var/lib", "/elsewhere"));

        Assert.Empty(Of(image).Packages);
    }

    [Fact]
    public void An_opaque_directory_hides_only_what_is_below_its_layer()
    {
        var image = new TestImage().Layer(new Tar().File(Status, Installed("a 1")))
            .Layer(new Tar().File("var/lib/dpkg/.wh..wh..opq", "").File(Status, Installed("b 1")));

        Assert.Equal(["b"], Of(image).Packages.Select(p => p.Package.Name));
    }

    [Fact]
    public void The_release_is_found_through_links()
    {
        var inventory = Of(new TestImage().Layer(new Tar()
            .Link("etc/os-release", "../usr/lib/os-release").File("usr/lib/os-release", Release).File(Status, Installed("a 1"))));

        Assert.Equal("debian:12", inventory.Distribution!.Ecosystem);
    }

    [Fact]
    public void Links_in_a_circle_have_an_end()
    {
        var inventory = Of(new TestImage().Layer(new Tar().Link("etc/os-release", "x").Link("etc/x", "os-release").File(Status, Installed("a 1"))));

        Assert.Null(inventory.Distribution);
        Assert.Equal(CannotTellKind.Release, Assert.Single(inventory.Doubts).Kind);
    }

    [Fact]
    public void An_image_of_nothing_is_not_called_clean() =>
        Assert.True(Assert.Single(Of(new TestImage().Layer(new Tar().File("app", "x"))).Doubts).IsGrave);

    [Fact]
    public void A_file_is_owned_under_both_names_where_bin_is_a_link_into_usr()
    {
        var image = Read(new TestImage().Layer(new Tar().Link("bin", "usr/bin")
            .File("var/lib/dpkg/info/bash.list", "/.\n/bin\n/bin/bash\n/usr/bin/other\n")));
        var owned = new OwnedFiles(new ImageFileSystem(image));

        Assert.True(owned.Contains("usr/bin/bash"));
        Assert.True(owned.Contains("bin/other"));
        Assert.False(owned.Contains("usr/bin/evil"));
    }

    private static string Installed(params string[] packages) => string.Join('\n', packages.Select(package =>
        $"Package: {package.Split(' ')[0]}\nStatus: install ok installed\nVersion: {package.Split(' ')[1]}\n"));

    private static Image Read(TestImage image) => Reading.Archive(image.DockerArchive(), "", null, new DpkgDatabase(), new DpkgFiles(), new SmallDocuments());

    private static Inventory Of(TestImage image)
    {
        var read = Read(image);
        var files = new ImageFileSystem(read);
        return Inventory.Of(read, files, new OwnedFiles(files));
    }
}
