using System.Collections.Immutable;
using Bulwark.Model.Profiles;

namespace Bulwark.Model.Enforcement;

/// <summary>An attempt explained to a person. Control characters that names may carry are shown escaped.</summary>
/// <param name="Message">One sentence.</param>
/// <param name="Paragraphs">What happened, who did it, and why it was judged so.</param>
/// <param name="Nearest">Allowed entries that come near, nearest first, at most <see cref="Explainer.MaximumNearest"/>.</param>
/// <param name="Hint">The command that would allow it, quoted for a POSIX shell; empty if no command would.</param>
public sealed record Explanation(
    string Message, ImmutableArray<string> Paragraphs, ImmutableArray<ProfileEntry> Nearest, string Hint);
