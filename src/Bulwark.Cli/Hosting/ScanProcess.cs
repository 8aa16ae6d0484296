using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Bulwark.Images.Reports;
using Bulwark.Server.Images;

namespace Bulwark.Cli.Hosting;

/// <summary>
/// Scans in a process of its own, of this same executable: an image is an attacker's file, and what it does to who reads it must not take
/// the agent along. It has the lowest priority and a limit of memory, and is the first to go when the machine has none left.
/// </summary>
/// <param name="daemons">The daemons that may have the image.</param>
/// <param name="files">A directory for what is too large to hold: the service may write to no other.</param>
internal sealed class ScanProcess(ImmutableArray<string> daemons, string files) : IImageScanner
{
    // Bytes. An image with 20,000 packages needs some 300 MB.
    private const long LargestHeap = 1L << 30;
    private const int LargestReport = 256 << 20;
    private const int LongestComplaint = 2000;
    private const string FirstToGo = "900";
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(15);

    public async Task<ScanReport> ScanAsync(string id, string advisories, CancellationToken cancellation)
    {
        ImageScanException? last = null;
        foreach (var daemon in daemons)
        {
            try
            {
                return await ScanAsync(daemon, id, advisories, cancellation).ConfigureAwait(false);
            }
            catch (ImageScanException e)
            {
                last = e;
            }
        }
        throw last ?? new("no Docker daemon is known");
    }

    private async Task<ScanReport> ScanAsync(string daemon, string id, string advisories, CancellationToken cancellation)
    {
        using var process = Start("scan", $"docker:{id}", "--docker", daemon, "--advisories", advisories, "--ignore-file", "/dev/null", "--executables", "-o", "json");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_longest);
        try
        {
            var complaint = ReadAsync(process.StandardError.BaseStream, LongestComplaint, limit.Token);
            var output = await ReadAsync(process.StandardOutput.BaseStream, LargestReport, limit.Token).ConfigureAwait(false);
            var said = Encoding.UTF8.GetString(await complaint.ConfigureAwait(false)).ReplaceLineEndings(" ").Trim();
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            // With a grave doubt it does not end well, but has told everything.
            return process.ExitCode is ExitCode.Ok or ExitCode.CannotTell
                ? JsonSerializer.Deserialize(output, ReportJson.Default.ScanReport) ?? throw new ImageScanException("the scan said nothing")
                : throw new ImageScanException(said.Length > 0 ? said : string.Create(CultureInfo.InvariantCulture, $"the scan ended with {process.ExitCode}"));
        }
        catch (JsonException e)
        {
            throw new ImageScanException($"what the scan said cannot be read: {e.Message}", e);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ImageScanException(FormattableString.Invariant($"the scan was not done after {s_longest.TotalMinutes:0} minutes"));
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private Process Start(params ReadOnlySpan<string> arguments)
    {
        var self = OwnProgram.Words;
        var start = new ProcessStartInfo(self[0], [.. self.AsSpan()[1..], .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment["DOTNET_GCHeapHardLimit"] = LargestHeap.ToString("X", CultureInfo.InvariantCulture);
        start.Environment["TMPDIR"] = files;
        start.Environment.Remove("NOTIFY_SOCKET");
        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            Humble(process);
            return process;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new ImageScanException($"{self[0]} cannot be run: {e.Message}", e);
        }
    }

    private static void Humble(Process process)
    {
        try
        {
            process.PriorityClass = ProcessPriorityClass.Idle;
            File.WriteAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}/oom_score_adj"), FirstToGo);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            // It ended already, or does its work at the priority that it has.
        }
    }

    private static async Task<byte[]> ReadAsync(Stream stream, int most, CancellationToken cancellation)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[64 << 10];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
        {
            if (kept.Length < most)
                kept.Write(buffer, 0, (int)Math.Min(read, most - kept.Length));
        }
        return kept.ToArray();
    }
}
