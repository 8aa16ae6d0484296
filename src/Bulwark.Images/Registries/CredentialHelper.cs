using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Bulwark.Images.Registries;

/// <summary>
/// Asks a program <c>docker-credential-NAME</c>. The server goes to its standard input and the secret comes from its standard output, so
/// that neither is ever an argument.
/// </summary>
internal static partial class CredentialHelper
{
    private const int LongestAnswer = 1 << 20;
    private const string TokenUser = "<token>";

    // It may ask a service, but nobody.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Null if it has none for this server.</summary>
    /// <exception cref="RegistryException">There is no such program, or it does not answer as it should.</exception>
    public static async Task<Credentials?> AskAsync(string name, string server, CancellationToken cancel)
    {
        // It is a part of a file's name: without a slash it cannot lead elsewhere.
        if (!NameForm().IsMatch(name))
            throw new RegistryException($"'{name}' is no name of a credential helper");
        var program = $"docker-credential-{name}";
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(s_patience);
        using var process = Start(program);
        try
        {
            await AskAsync(process, server, limited.Token).ConfigureAwait(false);
            var answer = await ReadAsync(process.StandardOutput.BaseStream, limited.Token).ConfigureAwait(false);
            await process.WaitForExitAsync(limited.Token).ConfigureAwait(false);
            // "credentials not found" ends with 1, and is the ordinary case; what it says may hold anything, and is not passed on.
            return process.ExitCode == 0 ? Understood(answer, program) : null;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new RegistryException($"{program} did not answer within {s_patience.TotalSeconds:0} seconds");
        }
        catch (IOException e)
        {
            throw new RegistryException($"{program} did not answer as it should: {e.Message}", inner: e);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static async Task AskAsync(Process process, string server, CancellationToken cancel)
    {
        try
        {
            await process.StandardInput.WriteAsync(server.AsMemory(), cancel).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without listening: what it answered tells whether that matters.
        }
    }

    private static Process Start(string program)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, ["get"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = false,
                UseShellExecute = false,
            })!;
        }
        catch (Win32Exception e)
        {
            throw new RegistryException($"the credential helper {program} cannot be run: {e.Message}", inner: e);
        }
    }

    private static async Task<byte[]> ReadAsync(Stream output, CancellationToken cancel)
    {
        using var answer = new MemoryStream();
        var buffer = new byte[4096];
        while (await output.ReadAsync(buffer, cancel).ConfigureAwait(false) is var read and > 0)
        {
            if (answer.Length + read > LongestAnswer)
                throw new IOException("its answer has no end");
            answer.Write(buffer, 0, read);
        }
        return answer.ToArray();
    }

    private static Credentials? Understood(byte[] answer, string program)
    {
        try
        {
            return JsonSerializer.Deserialize(answer, CredentialJsonContext.Default.HelperAnswerJson) switch
            {
                { Username: TokenUser, Secret: { Length: > 0 } token } => new("", token, true),
                { Username: { Length: > 0 } user, Secret: { Length: > 0 } secret } => new(user, secret, false),
                _ => null,
            };
        }
        catch (JsonException)
        {
            throw new RegistryException($"{program} gave an answer that is no JSON");
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex NameForm();
}
