namespace Bulwark.Runtimes.Docker.Authorization;

/// <summary>What the body of a call is to whoever judges the call.</summary>
public enum DockerBody
{
    /// <summary>JSON, if there is one.</summary>
    Optional,

    /// <summary>JSON, and without it the call cannot be judged.</summary>
    Required,

    /// <summary>No JSON (an archive, a stream, credentials), so that the daemon never shows it.</summary>
    Opaque,
}
