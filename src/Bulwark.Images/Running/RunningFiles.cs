using System.Collections.Immutable;

namespace Bulwark.Images.Running;

/// <summary>Files of a container that its processes run, have mapped or have open; paths as in its image.</summary>
/// <param name="Files">All of them.</param>
/// <param name="Listening">Of them the programs whose processes wait for others to connect, and what these have mapped.</param>
/// <param name="IsPartial">Whether some could not be seen: then that a file is not among them says nothing.</param>
public sealed record RunningFiles(ImmutableHashSet<string> Files, ImmutableHashSet<string> Listening, bool IsPartial);
