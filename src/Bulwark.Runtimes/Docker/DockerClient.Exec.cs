using System.Text;
using Bulwark.Runtimes.Docker.Wire;

namespace Bulwark.Runtimes.Docker;

// Running programs inside containers, as `docker exec` does.
public sealed partial class DockerClient
{
    private static readonly TimeSpan s_execPause = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Runs a program in a running container to its end, with a terminal and no input. It has as long as the daemon has for an answer
    /// (<see cref="DockerLimits.Answer"/>).
    /// </summary>
    public async Task<ExecOutcome> ExecAsync(string id, IReadOnlyList<string> command, CancellationToken cancellationToken = default)
    {
        // With a terminal the daemon sends what is written as it is; without one it wraps every piece into a frame.
        var create = new CreateExecJson { Cmd = [.. command], AttachStdout = true, AttachStderr = true, Tty = true };
        var exec = await CreateAsync($"/containers/{Escape(id)}/exec", create, DockerJson.Default.CreateExecJson, cancellationToken).ConfigureAwait(false);
        var written = await ChangeAsync(HttpMethod.Post, $"/exec/{Escape(exec)}/start",
            Json(new StartExecJson { Tty = true }, DockerJson.Default.StartExecJson), null, cancellationToken).ConfigureAwait(false);
        var output = Encoding.UTF8.GetString(written).Replace("\r\n", "\n", StringComparison.Ordinal);
        while (true)
        {
            var path = $"/exec/{Escape(exec)}/json";
            var body = await GetAsync(path, mayBeMissing: false, cancellationToken).ConfigureAwait(false);
            var state = _transport.Parse(body, DockerJson.Default.ExecJson, path);
            // The output may end a moment before the daemon notices the end of the process.
            if (!state.Running && state.ExitCode is { } code)
                return new(code, output);
            await Task.Delay(s_execPause, cancellationToken).ConfigureAwait(false);
        }
    }
}
