namespace Bulwark.Cli.Output;

/// <summary>What a piece of text means to the reader; a colour never says anything that the words do not.</summary>
internal enum Tone
{
    Plain,
    Good,
    Warning,
    Bad,
    Faint,
    Strong,
}
