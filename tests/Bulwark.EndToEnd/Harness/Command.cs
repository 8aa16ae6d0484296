using System.Diagnostics;

namespace Bulwark.EndToEnd.Harness;

/// <summary>Runs programs to their end.</summary>
public static class Command
{
    // The first command of a new machine makes the images, from packages that it has to fetch.
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);

    /// <summary>Runs a program to its end, at most ten minutes.</summary>
    public static async Task<CommandResult> RunAsync(params IReadOnlyList<string> words)
    {
        using var process = Start(words);
        using var limit = new CancellationTokenSource(s_limit);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        var line = string.Join(' ', words);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return new CommandResult(line, process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'{line}' did not end within {s_limit}.");
        }
    }

    /// <summary>Runs a script in bash, with <paramref name="arguments"/> as <c>$1</c>, <c>$2</c>, ….</summary>
    public static Task<CommandResult> BashAsync(string script, params IReadOnlyList<string> arguments) =>
        RunAsync(["bash", "-euc", script, "bash", .. arguments]);

    private static Process Start(IReadOnlyList<string> words) =>
        Process.Start(new ProcessStartInfo(words[0], words.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
