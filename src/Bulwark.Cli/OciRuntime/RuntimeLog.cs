using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Bulwark.Cli.OciRuntime;

/// <summary>The runtime's own log, from which containerd takes what it tells the user; and standard error.</summary>
/// <param name="path">The log's path; empty if there is none.</param>
/// <param name="json">Whether a line is a JSON object, or as logfmt has it.</param>
internal sealed class RuntimeLog(string path, bool json)
{
    public static readonly RuntimeLog None = new("", false);

    public void Warning(string message) => Write("warning", message);

    public void Error(string message) => Write("error", message);

    /// <summary>The line for a message.</summary>
    public static string Line(string level, string message, DateTimeOffset time, bool json)
    {
        var text = JsonEncodedText.Encode(message);
        var at = time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        return json ? $$"""{"level":"{{level}}","msg":"{{text}}","time":"{{at}}"}""" : $"time=\"{at}\" level={level} msg=\"{text}\"";
    }

    private void Write(string level, string message)
    {
        try
        {
            if (path.Length > 0)
                File.AppendAllText(path, Line(level, message, DateTimeOffset.UtcNow, json) + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // The runtime complains of it itself.
        }
        // Not by way of Console, which would set up more than a line needs.
        using var error = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(2, ownsHandle: false), FileAccess.Write, 0);
        try
        {
            error.Write(Encoding.UTF8.GetBytes($"bulwark: {message}\n"));
        }
        catch (IOException)
        {
            // Nobody listens.
        }
    }
}
