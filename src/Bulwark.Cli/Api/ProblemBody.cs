namespace Bulwark.Cli.Api;

/// <summary>A problem as any part of the server may send it: the web framework's own ones have no hint.</summary>
internal sealed record ProblemBody(string? Title, string? Detail, string? Hint);
