using System.Text.Json;

namespace Bulwark.Cli.Tests;

public sealed class ErrorTests
{
    [Theory]
    [InlineData("did you mean 'bulwark status'?", "statsu")]
    [InlineData("did you mean 'bulwark workloads'?", "worklods")]
    [InlineData("did you mean 'bulwark status --output'?", "status", "--outptu", "json")]
    [InlineData("did you mean 'protect'?", "mode", "shop/web", "protct")]
    [InlineData("did you mean 'mermaid'?", "map", "-o", "mermiad")]
    [InlineData("did you mean 'blocked'?", "events", "--verdict", "blokced")]
    [InlineData("did you mean 'bulwark help exit-codes'?", "help", "exit-code")]
    [InlineData("hint: bulwark export --help", "export")]
    [InlineData("hint: bulwark mode --help", "mode", "--all")]
    [InlineData("a mode are needed", "mode", "protect")]
    [InlineData("--all leaves no workload", "mode", "--all", "shop/web", "protect")]
    [InlineData("'yesterday' is no time for --since", "events", "--since", "yesterday")]
    [InlineData("'5000000000d' is no time", "events", "--since", "5000000000d")]
    [InlineData("--limit is at least 1", "events", "--limit", "0")]
    [InlineData("do not go together", "events", "--limit", "3", "--follow")]
    [InlineData("'soon' is no event", "explain", "soon")]
    [InlineData("what may shop/web do?", "allow", "shop/web")]
    [InlineData("one of --to and --from", "allow", "shop/web", "--port", "5432/tcp")]
    [InlineData("one of --to and --from", "allow", "shop/web", "--to", "a", "--from", "b", "--port", "5432/tcp")]
    [InlineData("--port is needed", "allow", "shop/web", "--to", "shop/db")]
    [InlineData("'5432' is no port", "allow", "shop/web", "--to", "shop/db", "--port", "5432")]
    [InlineData("'range:x' is no peer", "allow", "shop/web", "--to", "range:x", "--port", "5432/tcp")]
    [InlineData("what should be forgotten", "forget", "shop/web")]
    [InlineData("has to be confirmed", "forget", "shop/web", "--everything")]
    [InlineData("leaves no part", "forget", "shop/web", "--everything", "--port", "5432/tcp")]
    [InlineData("is no entry for --allow", "simulate", "--allow", "shop/web shop/db")]
    [InlineData("is no entry for --forget", "simulate", "--forget", "a b 1/tcp d")]
    [InlineData("--since is not before --until", "simulate", "--since", "1h", "--until", "2h")]
    public async Task What_is_typed_wrongly_ends_with_2_and_says_what_was_meant(string expected, params string[] arguments)
    {
        var shell = new Shell { Variables = { ["BULWARK_SOCKET"] = "/nonexistent/socket" } };

        Assert.Equal(ExitCode.Usage, await shell.RunAsync(arguments));
        Assert.Equal("", shell.Out);
        Assert.StartsWith("error: ", shell.Error, StringComparison.Ordinal);
        Assert.Contains("hint: ", shell.Error, StringComparison.Ordinal);
        Assert.Contains(expected, shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_server_it_ends_with_5_and_says_how_to_start_one()
    {
        var shell = new Shell { Variables = { ["BULWARK_SOCKET"] = "/nonexistent/socket" } };

        Assert.Equal(ExitCode.Unreachable, await shell.RunAsync(["status"]));
        Assert.Equal(
            "error: the server does not answer on /nonexistent/socket\ncause: there is no such socket\nhint: bulwark up\n", shell.Error);
    }

    [Fact]
    public async Task A_socket_that_a_dead_server_left_behind_is_unreachable_too()
    {
        await using var server = await CannedServer.StartAsync();
        var left = server.Socket + "2";
        using (var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0))
            socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(left));
        await File.WriteAllTextAsync(left + "3", "not a socket");
        var shell = new Shell();

        Assert.Equal(ExitCode.Unreachable, await shell.RunAsync(["status", "--socket", left]));
        Assert.Equal(ExitCode.Unreachable, await shell.RunAsync(["status", "--socket", left + "3"]));
    }

    [Fact]
    public void A_refused_socket_ends_with_4_and_names_the_group()
    {
        // Root may open every socket, so the refusal itself can't be had in a test that runs as root.
        var failure = new Api.NotAuthorisedException("/run/bulwark/bulwark.sock", new IOException());

        Assert.Equal(ExitCode.NotAuthorised, failure.Code);
        Assert.Contains("group bulwark", failure.Cause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404, ExitCode.Failed)]
    [InlineData(409, ExitCode.Failed)]
    [InlineData(500, ExitCode.Failed)]
    [InlineData(403, ExitCode.NotAuthorised)]
    public async Task A_problem_of_the_server_becomes_error_cause_and_hint(int status, int expected)
    {
        await using var server = await CannedServer.StartAsync();
        server.With("GET /v1/map", status, "application/problem+json", $$"""
            {"title":"No such \u001b[2Jthing","status":{{status}},"detail":"It went away.","hint":"bulwark workloads"}
            """);
        var shell = new Shell();

        Assert.Equal(expected, await shell.RunAsync(server, "map"));
        Assert.Equal("error: No such \\x1b[2Jthing\ncause: It went away.\nhint: bulwark workloads\n", shell.Error);
    }

    [Fact]
    public async Task Under_json_an_error_is_json_on_standard_error()
    {
        var shell = new Shell();

        await shell.RunAsync(["status", "-o", "json", "--socket", "/nonexistent/socket"]);

        Assert.Equal("", shell.Out);
        using var error = JsonDocument.Parse(shell.Error);
        Assert.Equal(5, error.RootElement.GetProperty("exitCode").GetInt32());
        Assert.Equal("bulwark up", error.RootElement.GetProperty("hint").GetString());
    }

    [Theory]
    [InlineData("application/json", "{\"peers\":[]}")]
    [InlineData("application/json", "null")]
    [InlineData("text/html", "<html>")]
    public async Task An_answer_of_another_version_is_not_taken_for_an_empty_map(string type, string body)
    {
        await using var server = await CannedServer.StartAsync();
        server.With("GET /v1/map", 200, type, body);
        var shell = new Shell();

        Assert.Equal(ExitCode.Failed, await shell.RunAsync(server, "map"));
        Assert.StartsWith("error: the server's answer is not understood\n", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verbose_shows_where_an_error_came_from()
    {
        var shell = new Shell();

        await shell.RunAsync(["status", "-v", "--socket", "/nonexistent/socket"]);

        Assert.Contains("ApiClient", shell.Error, StringComparison.Ordinal);
    }
}
