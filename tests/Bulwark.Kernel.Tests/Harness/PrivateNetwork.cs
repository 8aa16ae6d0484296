using System.Diagnostics;
using Bulwark.Kernel.Native;

namespace Bulwark.Kernel.Tests.Harness;

/// <summary>A network namespace of its own, made by ip-netns(8), gone with the test.</summary>
internal sealed class PrivateNetwork : IDisposable
{
    private readonly string _name = $"bulwark-test-{Guid.NewGuid():N}";

    public PrivateNetwork() => Ip("netns", "add", _name);

    public string Path => $"/run/netns/{_name}";

    /// <summary>Runs ip(8) inside.</summary>
    public string IpInside(params string[] arguments) => Ip(["-n", _name, .. arguments]);

    /// <summary>Runs tc(8) inside.</summary>
    public string TcInside(params string[] arguments) => Run("tc", ["-n", _name, .. arguments]);

    /// <summary>Does something inside, on a thread that ends there.</summary>
    public T Inside<T>(Func<T> action) => OwnThread.Run(() =>
    {
        using var file = Descriptor.Open(Path);
        Assert.Equal(0, LibC.EnterNamespace(file.Value, LibC.CloneNewNetwork));
        return action();
    });

    public void Dispose() => Ip("netns", "del", _name);

    private static string Ip(params string[] arguments) => Run("ip", arguments);

    private static string Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors.Result}");
    }
}
