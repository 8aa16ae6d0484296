using System.Collections.Immutable;
using Bulwark.Runtimes.Docker;

namespace Bulwark.Runtimes.Tests.Docker;

[Collection(DockerDaemonTests.Name)]
public sealed class DockerFilesTests(DockerDaemon daemon)
{
    [Fact]
    public async Task What_a_daemon_keeps_of_a_new_container_is_what_it_would_answer_until_it_is_started()
    {
        var id = await daemon.Client.CreateContainerAsync(new(DockerDaemon.Image)
        {
            Name = "kept",
            Command = ["/sleep", "a b", "'c'"],
            Labels = ImmutableDictionary<string, string>.Empty.Add("com.docker.compose.service", "web"),
        });
        var files = await FilesAsync();

        var kept = files.FindCreated(id)?.Container;
        var answer = await daemon.Client.FindContainerAsync(id);

        Assert.NotNull(kept);
        Assert.NotNull(answer);
        Assert.Equal((answer.Id, answer.Name, answer.Image, answer.ImageDigest), (kept.Id, kept.Name, kept.Image, kept.ImageDigest));
        Assert.Equal(answer.Command, kept.Command);
        Assert.Equal(answer.Labels, kept.Labels);
        Assert.Equal(answer.Networks.Select(n => (n.Name, n.Addresses.Length)), kept.Networks.Select(n => (n.Name, n.Addresses.Length)));
        Assert.False(kept.IsRunning);

        await daemon.Client.StartContainerAsync(id);
        Assert.Null(files.FindCreated(id));
        await daemon.Client.RemoveContainerAsync(id, force: true);
        Assert.Null(files.FindCreated(id));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../containers")]
    [InlineData("a/b")]
    [InlineData("a\0b")]
    public async Task What_is_no_id_is_not_looked_for(string id) => Assert.Null((await FilesAsync()).FindCreated(id));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"State":null,"Config":{"Image":"a"}}""")]
    [InlineData("""{"State":{"Running":false,"Pid":12},"Config":{"Image":"a"}}""")]
    [InlineData("""{"State":{"Running":false},"Config":[]}""")]
    public void What_cannot_be_read_is_left_to_the_daemon(string text)
    {
        var root = Directory.CreateTempSubdirectory("bulwark-docker-files-");
        var container = root.CreateSubdirectory("containers/c1");
        File.WriteAllText(Path.Join(container.FullName, "config.v2.json"), text);

        Assert.Null(new DockerFiles(root.FullName).FindCreated("c1"));
        root.Delete(recursive: true);
    }

    private async Task<DockerFiles> FilesAsync() => new((await daemon.Client.SettingsAsync()).DataRoot);
}
