using System.CommandLine;
using Bulwark.Cli.Help;
using Bulwark.Cli.Hosting;
using Bulwark.Cli.Output;
using Bulwark.Images;
using Bulwark.Images.Advisories.Store;
using Bulwark.Images.Cache;
using Bulwark.Images.Jars;
using Bulwark.Images.Registries;
using Bulwark.Images.Sources;

namespace Bulwark.Cli.Commands;

/// <summary>What the commands that look into images have in common.</summary>
internal sealed class ImageOptions(Terminal terminal)
{
    public const string AdvisoriesVariable = "BULWARK_ADVISORIES";
    public const string DefaultAdvisories = $"{UpOptions.DefaultDataDirectory}/advisories";

    public Argument<string> Target { get; } = new("IMAGE")
    {
        Description = "A name that Docker or a registry knows, a file of 'docker save', an OCI layout, or a root file system's directory",
    };

    public Option<string> Docker { get; } = new("--docker")
    {
        Description = $"The Docker daemon to ask (default: $DOCKER_HOST, {UpOptions.DefaultDockerSocket}, or podman's socket)",
        HelpName = "ADDRESS",
        DefaultValueFactory = _ => DockerEndpoint.OfPerson(terminal.Variable, File.Exists),
    };

    public Option<string> Tag { get; } = new("--tag") { Description = "Which image of an archive or a layout that holds several", HelpName = "NAME" };

    public Option<string> PlatformOption { get; } = new("--platform")
    {
        Description = "Which platform of an image that is for several: linux/arm64 (default: this machine's)",
        HelpName = "OS/ARCH",
    };

    public Option<string[]> Mirror { get; } = new("--registry-mirror")
    {
        Description = "Ask this server first for images of a registry (default: Docker Hub); repeatable",
        HelpName = "[HOST=]URL",
    };

    public Option<bool> PlainHttp { get; } = new("--plain-http") { Description = "Speak with the registry without encryption" };

    public Option<string> Advisories { get; } = AdvisoriesOf(terminal);

    public Option<string> Cache { get; } = new("--cache")
    {
        Description = "Where to keep what was found in layers (default: /var/cache/bulwark/layers, or in a user's own cache)",
        HelpName = "DIRECTORY",
    };

    public Option<bool> NoCache { get; } = new("--no-cache") { Description = "Read every layer, and keep nothing of it" };

    /// <summary>Which image is meant and where it is.</summary>
    public IEnumerable<Option> OfSource => [Docker, Tag, PlatformOption, Mirror, PlainHttp, Cache, NoCache];

    public static Option<string> AdvisoriesOf(Terminal terminal) => new("--advisories")
    {
        Description = $"The file of advisories (default: ${AdvisoriesVariable} or {DefaultAdvisories})",
        HelpName = "PATH",
        DefaultValueFactory = _ => terminal.Variable(AdvisoriesVariable) is { Length: > 0 } path ? path : DefaultAdvisories,
    };

    /// <exception cref="UsageFailure">What was typed names no image, platform, socket or mirror.</exception>
    public IImageSource Open(Invocation invocation)
    {
        Platform? platform = null;
        if (invocation.Value(PlatformOption) is { } text && (platform = Platform.Parse(text)) is null)
            throw new UsageFailure($"'{text}' is no platform for --platform") { Hint = "write it like linux/arm64" };
        var docker = invocation.Value(Docker)!;
        // What the environment says is wrong only once it is asked.
        if (!docker.StartsWith("unix:///", StringComparison.Ordinal) && docker != DockerEndpoint.OfPerson(terminal.Variable, File.Exists))
            throw new UsageFailure($"'{docker}' is no address for --docker") { Hint = $"write it like {UpOptions.DefaultDockerSocket}" };
        var registries = new RegistryOptions
        {
            CredentialFiles = RegistryOptions.CredentialFilesOf(terminal.Variable),
            Mirrors = [.. (invocation.Value(Mirror) ?? []).Select(Read)],
            PlainHttp = invocation.Value(PlainHttp),
        };
        try
        {
            return ImageTarget.Open(invocation.Value(Target), docker, invocation.Value(Tag) ?? "", platform, registries);
        }
        catch (ImageException e)
        {
            throw new UsageFailure(e.Message) { Cause = e.Reason, Hint = e.Hint };
        }
    }

    /// <summary>The cache, or null where there is none: a scan without it only takes longer.</summary>
    public LayerCache? OpenCache(Invocation invocation)
    {
        if (invocation.Value(NoCache) || (invocation.Value(Cache) ?? LayerCache.DefaultDirectory(terminal.Variable)) is not { } directory)
            return null;
        try
        {
            return LayerCache.Open(directory, LayerCache.DefaultBytes);
        }
        catch (CacheException e)
        {
            invocation.Screen.Note(new("warning: ", Tone.Warning), $"every layer is read: {e.Message}");
            return null;
        }
    }

    private static RegistryMirror Read(string text) => RegistryMirror.Parse(text)
        ?? throw new UsageFailure($"'{text}' is no mirror for --registry-mirror") { Hint = "write it like https://mirror.example or registry.example.com=https://mirror.example" };

    /// <summary>The advisories, or null where there is no such file: a scan without them still finds secrets, and says what it lacks.</summary>
    /// <exception cref="CommandFailure">The file is there and cannot be used.</exception>
    public AdvisoryFile? OpenAdvisories(Invocation invocation)
    {
        var path = invocation.Value(Advisories)!;
        return File.Exists(path) ? AdvisoryCommands.Open(path) : null;
    }

    /// <summary>The table of JARs beside the advisories, or null where there is none: then those that do not say what they are have no name.</summary>
    /// <exception cref="CommandFailure">The file is there and cannot be used.</exception>
    public JarTable? OpenJars(Invocation invocation) => AdvisoryCommands.OpenJars(invocation.Value(Advisories)!);
}
