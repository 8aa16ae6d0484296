using System.Text;
using Bulwark.Cli.Authorization;
using Bulwark.Runtimes.Docker.Authorization;

namespace Bulwark.Cli.Tests.Authorization;

public sealed class QuestionReaderTests
{
    [Theory]
    [InlineData("GET", "/v1.41/containers/json", null, null)]
    [InlineData("HEAD", "/_ping", null, null)]
    [InlineData("POST", "/v1.41/containers/web/stop", null, "0")]
    [InlineData("POST", "/v1.41/images/load", null, "123456789")]
    [InlineData("POST", "/v1.41/auth", null, "200")]
    [InlineData("POST", "/v1.41/build?t=x", null, null)]
    [InlineData("POST", "/volumes/create", """{"Name":"v"}""", "12")]
    public void What_needs_no_judgement_passes_at_once(string method, string uri, string? body, string? length) =>
        Assert.Equal(PluginStep.Allow, Read(method, uri, body, length));

    [Theory]
    [InlineData("POST", "/containers/create", "1200000", "application/json")]
    [InlineData("POST", "/containers/create", null, "application/json")]
    [InlineData("POST", "/containers/web/exec", "20", "text/plain")]
    [InlineData("POST", "/services/create", "20", "text/plain")]
    [InlineData("POST", "/networks/x/connect", "1200000", "application/json")]
    [InlineData("POST", "/containers/web/start", "99999999999999999999999", "application/json")]
    public void A_body_that_was_withheld_is_refused(string method, string uri, string? length, string type) =>
        Assert.Contains("did not show its body", Read(method, uri, null, length, type).Refusal, StringComparison.Ordinal);

    [Fact]
    public void A_form_is_refused() =>
        Assert.Contains("form", Read("POST", "/build?remote=x", null, null, "application/x-www-form-urlencoded").Refusal, StringComparison.Ordinal);

    [Fact]
    public void What_has_to_be_judged_is_asked()
    {
        var created = Read("POST", "/containers/create?name=w", """{"Image":"i","HostConfig":{"Privileged":true}}""", "1").Request!;
        Assert.Equal((DockerAct.Create, "w", "i", "privileged"), (created.Act, created.Name, created.Demands.Image, Assert.Single(created.Demands.Privileges)));
        Assert.Equal(["exec-privileged"], Read("POST", "/containers/w/exec", """{"Privileged":true}""", "1").Request!.Demands.Privileges);
        Assert.Equal(["host-network"], Read("POST", "/build?networkmode=host", null, null).Request!.Demands.Privileges);
        Assert.Equal([new HostPath("/etc", false)], Read("POST", "/volumes/create", """{"DriverOpts":{"o":"bind","device":"/etc"}}""", "1").Request!.Demands.Paths);
        Assert.Equal("w", Read("GET", "/containers/w/archive?path=/", null, null).Request!.Subject);
    }

    private static PluginStep Read(string method, string uri, string? body, string? length, string type = "application/json")
    {
        var headers = new Dictionary<string, string> { ["Content-Type"] = type };
        if (length is not null)
            headers["Content-Length"] = length;
        return QuestionReader.Read(
            new() { RequestMethod = method, RequestUri = uri, RequestBody = body is null ? null : Encoding.UTF8.GetBytes(body), RequestHeaders = headers }, "");
    }
}
