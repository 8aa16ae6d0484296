using System.Collections.Immutable;

namespace Bulwark.Images.Registries;

/// <summary>How to speak with registries.</summary>
public sealed record RegistryOptions
{
    /// <summary>Files with credentials, in the form of Docker's <c>config.json</c>; the first that has some for a registry counts.</summary>
    public ImmutableArray<string> CredentialFiles { get; init; } = [];

    /// <summary>Directories with a folder for each registry that holds the authorities (<c>*.crt</c>) to trust there, as Docker has it.</summary>
    public ImmutableArray<string> CertificateDirectories { get; init; } = ["/etc/docker/certs.d", "/etc/containers/certs.d"];

    /// <summary>Asked before the registry itself, in this order.</summary>
    public ImmutableArray<RegistryMirror> Mirrors { get; init; } = [];

    /// <summary>Whether to speak without encryption. This machine's own registries may do so unasked.</summary>
    public bool PlainHttp { get; init; }

    /// <summary>How many layers are fetched at once.</summary>
    public int Parallel { get; init; } = 3;

    /// <summary>How long a registry may say nothing.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long to wait before the second try; longer before each further one.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Where credentials lie, as Docker and podman keep them.</summary>
    public static ImmutableArray<string> CredentialFilesOf(Func<string, string?> variable)
    {
        var files = ImmutableArray.CreateBuilder<string>();
        void Add(string? directory, string name)
        {
            if (!string.IsNullOrEmpty(directory))
                files.Add(Path.Combine(directory, name));
        }
        Add(variable("REGISTRY_AUTH_FILE"), "");
        if (variable("DOCKER_CONFIG") is { Length: > 0 } docker)
            Add(docker, "config.json");
        else
            Add(variable("HOME"), ".docker/config.json");
        Add(variable("XDG_RUNTIME_DIR"), "containers/auth.json");
        return files.ToImmutable();
    }
}
