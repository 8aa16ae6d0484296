using System.Diagnostics;
using System.Text.Json;

namespace Bulwark.Cli.OciRuntime;

/// <summary>What a runtime knows of a container that it made.</summary>
internal static class ContainerState
{
    private const int LongestState = 8 << 20;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>The container's first process; null if the runtime knows none.</summary>
    public static int? ProcessOf(string container, string root, string runtime) =>
        // runc's own file is a process less than the question that every runtime answers.
        FromFile(Path.Join(root, container, "state.json")) ?? FromRuntime(container, root, runtime);

    private static int? FromFile(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return file.Exists && file.Length <= LongestState ? Read(File.ReadAllBytes(path), "init_process_pid") : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // OCI runtime specification: the state of a container.
    private static int? FromRuntime(string container, string root, string runtime)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(runtime, ["--root", root, "state", container])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            if (!Task.WaitAll([output, error], s_patience))
                process.Kill();
            return output.IsCompletedSuccessfully ? Read(System.Text.Encoding.UTF8.GetBytes(output.Result), "pid") : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>A process id at the top of a JSON object; null if there is none.</summary>
    public static int? Read(byte[] json, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var value)
                && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var process) && process > 0
                ? process
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
