using Bulwark.Images.Archives;
using Bulwark.Images.Sources;
using Bulwark.Images.Tests.Harness;
using CsCheck;

namespace Bulwark.Images.Tests.Sources;

public sealed class ArchiveTests
{
    private static TestImage Shop() => new TestImage { Config = { ["User"] = "web", ["Env"] = new System.Text.Json.Nodes.JsonArray("A=1") } }
        .Layer(new Tar().File("etc/os-release", "ID=debian"), "/bin/sh -c #(nop) ADD file:123 in / ")
        .Step("ENV A=1")
        .Layer(new Tar().File("app/run", "x", "755"), "COPY run /app/run");

    public static TheoryData<string, byte[]> Forms => new()
    {
        { "docker save", Shop().DockerArchive() },
        { "docker save, packed", TestImage.Gzip(Shop().DockerArchive()) },
        { "OCI layout in a tar", Shop().LayoutArchive() },
        { "OCI layout with gzip", Shop().LayoutArchive(TestImage.Gzip) },
        { "OCI layout with zstd", Shop().LayoutArchive(TestImage.Zstd) },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_form_of_archive_gives_the_same_image(string form, byte[] archive)
    {
        Assert.NotEmpty(form);
        var image = Reading.Archive(archive);

        Assert.Empty(image.Doubts);
        Assert.Equal(TestImage.Digest(Shop().Configuration()), image.Id);
        Assert.Equal(("web", "amd64"), (image.Configuration!.User, image.Configuration.Architecture));
        Assert.Equal(["ADD file:123 in /", "COPY run /app/run"], Enumerable.Range(0, 2).Select(image.HistoryOf));
        Assert.True(image.Layers[1].Files.ContainsKey("app/run"));
    }

    [Fact]
    public async Task An_OCI_layout_in_a_directory_is_read_too()
    {
        using var directory = new TemporaryDirectory();
        foreach (var (name, content) in Shop().Layout(TestImage.Zstd))
            directory.Write(name, content);

        Assert.True(OciLayoutSource.IsLayout(directory.Path));
        var image = await new OciLayoutSource(directory.Path, new("x")).ReadAsync(new([], new()), CancellationToken.None);

        Assert.Empty(image.Doubts);
        Assert.Equal(TestImage.Digest(Shop().Configuration()), image.Id);
        Assert.True(image.Layers[1].Files.ContainsKey("app/run"));
    }

    [Fact]
    public void A_layer_that_comes_twice_is_read_from_its_link()
    {
        var layer = new Tar().File("a", "x", "755").ToArray();
        var image = Reading.Archive(new TestImage().Layer(layer).Layer(layer).DockerArchive());

        Assert.Empty(image.Doubts);
        Assert.True(image.Layers[1].Files.ContainsKey("a"));
    }

    [Fact]
    public void A_layer_with_another_content_than_its_digest_says_is_told()
    {
        var files = Shop().Layout();
        var layer = files.Keys.First(name => name.StartsWith("blobs", StringComparison.Ordinal) && files[name].Length > 2000);
        files[layer] = new Tar().File("evil", "x").ToArray();
        var image = Reading.Archive(files.Aggregate(new Tar(), (tar, file) => tar.File(file.Key, file.Value)).ToArray());

        var doubt = Assert.Single(image.Doubts);
        Assert.Equal(CannotTellKind.Layer, doubt.Kind);
        Assert.True(doubt.IsGrave);
        Assert.Contains("content is another", doubt.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_docker_archive_whose_layer_was_exchanged_is_told_by_the_diff_id()
    {
        var good = new TestImage().Layer(new Tar().File("a", "x")).Configuration();
        var image = Reading.Archive(new Tar().File("1/layer.tar", new Tar().File("evil", "x").ToArray())
            .File("c.json", good).File("manifest.json", """[{"Config":"c.json","Layers":["1/layer.tar"]}]""").ToArray());

        Assert.Contains("content is another", Assert.Single(image.Doubts).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_layer_is_told_and_the_others_are_read()
    {
        var files = Shop().Layout();
        files.Remove(files.Keys.Last(name => name.StartsWith("blobs", StringComparison.Ordinal) && files[name].Length > 2000));
        var image = Reading.Archive(files.Aggregate(new Tar(), (tar, file) => tar.File(file.Key, file.Value)).ToArray());

        Assert.Equal("the layer is missing", Assert.Single(image.Doubts).Reason);
        Assert.Equal(2, image.Layers.Length);
    }

    [Theory]
    [InlineData("it holds neither", "readme.txt", "hello")]
    [InlineData("manifest.json cannot be understood", "manifest.json", "[{")]
    [InlineData("manifest.json cannot be understood", "manifest.json", "{\"a\":{\"a\":1}}")]
    [InlineData("the configuration  is missing", "manifest.json", "[{}]")]
    [InlineData("the configuration ../../etc/passwd is missing", "manifest.json", "[{\"Config\":\"../../etc/passwd\"}]")]
    [InlineData("leads out of it", "../manifest.json", "[{}]")]
    public void What_is_no_image_says_why(string expected, string name, string content)
    {
        var exception = Assert.Throws<ImageException>(() => Reading.Archive(new Tar().File(name, content).ToArray()));

        Assert.Contains(expected, exception.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_that_comes_twice_is_refused_for_the_second_could_replace_the_first()
    {
        var archive = new Tar().File("manifest.json", "[]").File("manifest.json", "[]").ToArray();

        Assert.Contains("twice", Assert.Throws<ImageException>(() => Reading.Archive(archive)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_huge_manifest_is_refused_before_it_is_read()
    {
        var archive = new Tar().File("manifest.json", "[" + new string(' ', 5_000_000) + "]").ToArray();

        Assert.Contains("too large", Assert.Throws<ImageException>(() => Reading.Archive(archive)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Nested_json_is_refused()
    {
        var archive = new Tar().File("manifest.json", new string('[', 100_000)).ToArray();

        Assert.Throws<ImageException>(() => Reading.Archive(archive));
    }

    [Fact]
    public void Links_that_lead_to_each_other_end()
    {
        var archive = new Tar().Link("a/layer.tar", "../b/layer.tar").Link("b/layer.tar", "../a/layer.tar")
            .File("c.json", new TestImage().Configuration()).File("manifest.json", """[{"Config":"c.json","Layers":["a/layer.tar"]}]""").ToArray();

        Assert.Contains(Reading.Archive(archive).Doubts, doubt => doubt.Reason == "the layer is missing");
    }

    [Fact]
    public void With_several_images_one_has_to_be_named()
    {
        byte[] Two() => new Tar().File("c.json", new TestImage().Configuration())
            .File("manifest.json", """[{"Config":"c.json","RepoTags":["a:1"],"Layers":[]},{"Config":"c.json","RepoTags":["docker.io/library/b:latest"],"Layers":[]}]""")
            .ToArray();

        Assert.Contains("a:1, docker.io/library/b:latest", Assert.Throws<ImageException>(() => Reading.Archive(Two())).Reason, StringComparison.Ordinal);
        Assert.Throws<ImageException>(() => Reading.Archive(Two(), "c"));
        Assert.Equal("docker.io/library/b:latest", Reading.Archive(Two(), "b").Name);
    }

    [Fact]
    public void The_platform_of_this_machine_is_chosen_from_a_multi_platform_index()
    {
        var (mine, other) = (Shop().Layout(), new TestImage().Layer(new Tar().File("b", "x")).Layout());
        var files = mine.Concat(other).DistinctBy(file => file.Key).ToDictionary();
        string ManifestOf(Dictionary<string, byte[]> layout) =>
            System.Text.Json.Nodes.JsonNode.Parse(layout["index.json"])!["manifests"]![0]!["digest"]!.ToString();
        files["index.json"] = System.Text.Encoding.UTF8.GetBytes($$"""
            {"manifests":[
              {"digest":"{{ManifestOf(other)}}","platform":{"os":"linux","architecture":"riscv64"} },
              {"digest":"{{ManifestOf(mine)}}","platform":{"os":"linux","architecture":"{{Platform.Here.Architecture}}"} },
              {"digest":"sha256:{{new string('0', 64)}}","platform":{"os":"unknown","architecture":"unknown"} }]}
            """);
        var archive = files.Aggregate(new Tar(), (tar, file) => tar.File(file.Key, file.Value)).ToArray();

        Assert.Equal(TestImage.Digest(Shop().Configuration()), Reading.Archive(archive).Id);
    }

    [Fact]
    public void Random_damage_to_an_archive_never_crashes_the_reader()
    {
        var archive = Shop().LayoutArchive(TestImage.Gzip);
        Gen.Select(Gen.Int[0, archive.Length - 1].Array[1, 30], Gen.Byte).Sample((places, value) =>
        {
            var bytes = archive.ToArray();
            foreach (var place in places)
                bytes[place] = value;
            try
            {
                Reading.Archive(bytes);
            }
            catch (ImageException)
            {
            }
        });
    }

    [Fact]
    public void Limits_are_what_the_specifications_ask_for() => Assert.True(new ArchiveLimits() is { DocumentBytes: >= 4 << 20, Layers: > 127 });
}
