namespace Bulwark.Server.Tests.Harness;

/// <summary>A directory of its own for a test, with a path short enough for a unix socket (108 bytes).</summary>
public sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("bulwark-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
