namespace Bulwark.Runtimes.Docker.Authorization;

/// <summary>What a call to the daemon does, as far as somebody has to judge it.</summary>
public enum DockerAct
{
    /// <summary>Nothing to judge: it reads, stops, or removes.</summary>
    None,

    /// <summary>Makes a container.</summary>
    Create,

    /// <summary>Starts a container that was made, or starts it again.</summary>
    Start,

    /// <summary>Prepares a program to be run in a container.</summary>
    Exec,

    /// <summary>Runs such a program.</summary>
    ExecStart,

    /// <summary>Puts files into a container.</summary>
    CopyIn,

    /// <summary>Takes files out of a container.</summary>
    CopyOut,

    /// <summary>Makes an image of a container.</summary>
    Commit,

    /// <summary>Takes all files out of a container.</summary>
    Export,

    /// <summary>Changes the limits of a container.</summary>
    Update,

    /// <summary>Builds an image, which runs programs.</summary>
    Build,

    /// <summary>Makes a volume, which can be a directory of the host.</summary>
    Volume,

    /// <summary>Makes or changes a service of a swarm.</summary>
    Service,

    /// <summary>Adds or changes a plugin of the daemon.</summary>
    Plugin,

    /// <summary>Makes the daemon part of a swarm.</summary>
    Swarm,
}
