namespace Bulwark.Images;

/// <summary>A step that made an image, as its builder tells it.</summary>
/// <param name="Command">The line, e.g. <c>RUN /bin/sh -c apt-get update</c>; without BuildKit's <c>/bin/sh -c #(nop) </c> before it.</param>
/// <param name="MakesLayer">Whether a layer came out of it.</param>
public sealed record HistoryStep(string Command, bool MakesLayer);
