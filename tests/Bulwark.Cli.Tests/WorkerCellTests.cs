using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Bulwark.Images.Malware.Yara;

namespace Bulwark.Cli.Tests;

/// <summary>What a process can still do that shut itself in: real system calls, in a process of its own each.</summary>
public sealed class WorkerCellTests
{
    private const string Attempt = "BULWARK_TEST_ATTEMPT";
    private const string IsFree = "BULWARK_TEST_IS_FREE";
    private const int Done = 7;
    private const int NotDone = 100;
    private const int BadCall = 128 + 31; // SIGSYS
    private const int BadDescriptor = 9; // EBADF
    private const int PermissionDenied = 13; // EACCES

    [Theory]
    [InlineData("create", BadCall)]
    [InlineData("read", NotDone + PermissionDenied)]
    [InlineData("socket", BadCall)]
    [InlineData("connect", BadCall)]
    [InlineData("execute", BadCall)]
    [InlineData("fork", BadCall)]
    [InlineData("signal", BadCall)]
    [InlineData("limit", BadCall)]
    [InlineData("write", Done)]
    [InlineData("go on", Done)]
    public async Task A_process_that_is_shut_in_can_only_do_what_looking_at_bytes_needs(string attempt, int expected)
    {
        Assert.Equal((Done, expected), (await TryAsync(attempt, isFree: true), await TryAsync(attempt, isFree: false)));
    }

    private static async Task<int> TryAsync(string attempt, bool isFree)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(WorkerCellTests).Assembly.Location]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[Attempt] = attempt;
        start.Environment[IsFree] = isFree ? "1" : "0";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        await process.StandardError.ReadToEndAsync();
        await output;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    // Before anything of the test runner, in the process that TryAsync starts.
#pragma warning disable CA2255 // This is a program, and its beginning is what is wanted.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static unsafe void AttemptAndEnd()
    {
        if (Environment.GetEnvironmentVariable(Attempt) is not { Length: > 0 } attempt)
            return;
        // Found before it is shut in, as it can load nothing afterwards.
        var libc = NativeLibrary.Load("libc.so.6");
        var end = (delegate* unmanaged<int, void>)NativeLibrary.GetExport(libc, "_exit");
        var error = (delegate* unmanaged<int*>)NativeLibrary.GetExport(libc, "__errno_location");
        var call = (delegate* unmanaged<nint, nint, nint, nint, int>)NativeLibrary.GetExport(libc, attempt switch
        {
            "create" or "read" => "open",
            "socket" => "socket",
            "connect" => "connect",
            "execute" => "execve",
            "fork" => "fork",
            "signal" => "kill",
            "limit" => "setrlimit",
            _ => "write",
        });
        var path = Marshal.StringToCoTaskMemUTF8(attempt == "create" ? $"/tmp/bulwark-test-{Environment.ProcessId}" : attempt == "execute" ? "/bin/sh" : "/etc/passwd");
        nint* words = stackalloc nint[4] { path, Marshal.StringToCoTaskMemUTF8("-c"), Marshal.StringToCoTaskMemUTF8($"exit {Done}"), 0 };
        nint* limit = stackalloc nint[2] { 0, 0 };
        // What is not loaded yet cannot be loaded later; the worker rehearses too.
        GoOn();
        if (Environment.GetEnvironmentVariable(IsFree) != "1")
            WorkerCell.ShutIn();
        var result = attempt switch
        {
            "create" => call(path, 0x241, 0x180, 0), // O_WRONLY | O_CREAT | O_TRUNC, for the owner
            "read" => call(path, 0, 0, 0),
            "socket" => call(1, 1, 0, 0),
            // Of no socket: what matters is who says no.
            "connect" => call(-1, (nint)limit, 16, 0) < 0 && *error() == BadDescriptor ? 0 : -1,
            "execute" => call(path, (nint)words, (nint)limit, 0),
            "fork" => call(0, 0, 0, 0),
            "signal" => call(1, 0, 0, 0),
            "limit" => call(4, (nint)limit, 0, 0), // RLIMIT_CORE
            "write" => call(1, path, 1, 0),
            "go on" => GoOn(),
            _ => -1,
        };
        if (attempt == "create" && result >= 0)
            File.Delete(Marshal.PtrToStringUTF8(path)!);
        end(result >= 0 ? Done : NotDone + *error());
    }

    // What .NET does by itself some day: a collection, more memory.
    private static int GoOn()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return new byte[64 << 20].Length;
    }
}
