using Bulwark.Runtimes.Docker.Authorization;
using CsCheck;

namespace Bulwark.Runtimes.Tests.Docker.Authorization;

public sealed class DockerCallTests
{
    [Theory]
    [InlineData("POST", "/v1.41/containers/create?name=w", DockerAct.Create, "")]
    [InlineData("POST", "/containers/create", DockerAct.Create, "")]
    [InlineData("POST", "http://docker/v1.41/containers/create", DockerAct.Create, "")]
    [InlineData("POST", "/containers/%63reate?x=/auth", DockerAct.Create, "")]
    [InlineData("POST", "/v1.41/containers/web/start", DockerAct.Start, "web")]
    [InlineData("POST", "/v1.24/containers/web/start", DockerAct.Start, "web")]
    [InlineData("POST", "/containers/web/restart?t=1", DockerAct.Start, "web")]
    [InlineData("POST", "/containers/web/exec", DockerAct.Exec, "web")]
    [InlineData("POST", "/containers/a%2Fb/exec", DockerAct.Exec, "a/b")]
    [InlineData("POST", "/exec/0123/start", DockerAct.ExecStart, "0123")]
    [InlineData("PUT", "/containers/web/archive?path=/", DockerAct.CopyIn, "web")]
    [InlineData("GET", "/v1.41/containers/web/archive?path=/", DockerAct.CopyOut, "web")]
    [InlineData("GET", "/containers/web/export", DockerAct.Export, "web")]
    [InlineData("POST", "/commit?repo=x&container=web&container=other", DockerAct.Commit, "web")]
    [InlineData("POST", "/commit?%63ontainer=w%65b", DockerAct.Commit, "web")]
    [InlineData("POST", "/containers/web/update", DockerAct.Update, "web")]
    [InlineData("POST", "/plugins/some/plugin:1/enable", DockerAct.Plugin, "")]
    [InlineData("POST", "/services/web/update?version=1", DockerAct.Service, "web")]
    [InlineData("GET", "/v1.41/containers/json", DockerAct.None, "")]
    [InlineData("HEAD", "/_ping", DockerAct.None, "")]
    [InlineData("POST", "/containers/web/kill", DockerAct.None, "web")]
    [InlineData("DELETE", "/containers/web", DockerAct.None, "")]
    [InlineData("POST", "/images/create?fromImage=x", DockerAct.None, "")]
    public void A_call_is_read_as_the_daemon_reads_it(string method, string address, DockerAct act, string subject)
    {
        var call = DockerCall.Read(method, address);

        Assert.Equal((act, subject), (call.Act, call.Subject));
    }

    [Theory]
    [InlineData("POST", "/v1.23/containers/web/start")]
    [InlineData("POST", "/v1.1.9/containers/web/start")]
    [InlineData("POST", "/v01.023/containers/web/restart")]
    [InlineData("POST", "/containers//create")]
    [InlineData("POST", "/containers/x/../create")]
    [InlineData("POST", "/containers/create/")]
    [InlineData("POST", "/containers/%zz/start")]
    [InlineData("POST", "/containers/web%")]
    [InlineData("POST", "/containers/%ff/start")]
    [InlineData("POST", "/commit?container=a;b=c")]
    [InlineData("POST", "/never/heard/of")]
    [InlineData("PATCH", "/containers/web/start")]
    [InlineData("POST", "*")]
    [InlineData("POST", "")]
    public void What_cannot_be_read_for_sure_is_refused(string method, string address) =>
        Assert.Throws<UnreadableCallException>(() => DockerCall.Read(method, address));

    [Fact]
    public void However_it_is_encoded_it_is_the_same_call() => Gen.Select(Gen.Bool.Array["/containers/web/exec".Length], Gen.Bool, Words("", "/v1.41", "/v1.24")).Sample(
        (encoded, absolute, version) =>
        {
            var path = string.Concat("/containers/web/exec".Select((c, i) => encoded[i] && i > 0 ? $"%{(int)c:x2}" : $"{c}"));
            var call = DockerCall.Read("POST", (absolute ? "http://docker" : "") + version + path);
            return call is { Act: DockerAct.Exec, Subject: "web" };
        });

    [Fact]
    public void Whatever_is_asked_it_is_read_or_refused() => Gen.Select(Words("GET", "POST", "PUT", "DELETE"), Gen.String).Sample((method, address) =>
    {
        try
        {
            return DockerCall.Read(method, "/containers/" + address) is not null;
        }
        catch (UnreadableCallException)
        {
            return true;
        }
    });

    private static Gen<string> Words(params string[] words) => Gen.OneOf([.. words.Select(Gen.Const)]);
}
