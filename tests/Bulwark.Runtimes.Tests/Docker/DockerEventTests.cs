using System.Text;
using Bulwark.Runtimes.Docker;
using CsCheck;

namespace Bulwark.Runtimes.Tests.Docker;

public sealed class DockerEventTests
{
    [Fact]
    public void A_container_event_tells_which_one_and_what()
    {
        var read = DockerEventStream.Read("""
            {"status":"start","id":"c","Type":"container","Action":"start","Actor":{"ID":"c","Attributes":{"name":"web","container":"x"}},
             "time":1795540357,"timeNano":1795540357926745754}
            """u8);

        Assert.Equal((DockerEventSubject.Container, "start", "c", "web", ""), (read.Subject, read.Action, read.Id, read.Name, read.ContainerId));
        Assert.Equal(1795540357926, read.Time.ToUnixTimeMilliseconds());
    }

    [Fact]
    public void A_network_event_tells_which_container_it_is_about() => Assert.Equal("c", DockerEventStream.Read("""
        {"Type":"network","Action":"connect","Actor":{"ID":"n","Attributes":{"container":"c","name":"bridge"}}}
        """u8).ContainerId);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("[1]")]
    [InlineData("""{"Type":"container"}""")]
    [InlineData("""{"Type":"volume","Action":"create","Actor":{"ID":"v"}}""")]
    public void An_event_that_cannot_be_read_counts_as_lost(string line) =>
        Assert.Equal(DockerEventSubject.Lost, DockerEventStream.Read(Encoding.UTF8.GetBytes(line)).Subject);

    [Fact]
    public void Random_lines_never_throw() => Gen.Byte.Array[0, 200].Sample(line => { DockerEventStream.Read(line); });
}
