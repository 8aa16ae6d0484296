namespace Bulwark.Runtimes.Docker.Wire;

// Docker Engine API v1.41: bodies of ContainerExec and ExecStart, and the fields of ExecInspect that are read.

internal sealed record CreateExecJson
{
    public required string[] Cmd { get; init; }
    public bool AttachStdout { get; init; }
    public bool AttachStderr { get; init; }
    public bool Tty { get; init; }
}

internal sealed record StartExecJson
{
    public bool Detach { get; init; }
    public bool Tty { get; init; }
}

internal sealed record ExecJson
{
    public bool Running { get; init; }
    public int? ExitCode { get; init; }
}
