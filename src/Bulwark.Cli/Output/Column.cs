namespace Bulwark.Cli.Output;

/// <summary>A column of a listing.</summary>
/// <param name="Right">Aligned to the right, for numbers.</param>
/// <param name="Shrinks">
/// May be cut with an ellipsis to fit a terminal. Never set for names that a person decides by.
/// </param>
internal sealed record Column(string Header, bool Right = false, bool Shrinks = false);
