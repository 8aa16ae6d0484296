namespace Bulwark.Server.Tests.Documentation;

/// <summary>A page of the documentation.</summary>
internal sealed class Document(string name)
{
    public string Text { get; } = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", name));

    /// <summary>Whether something is there as code, alone or in a list of codes.</summary>
    public bool Names(string code) => Text.Contains($"`{code}`", StringComparison.Ordinal);

    /// <summary>The cells of every row of every table, without its rulers.</summary>
    public IEnumerable<string[]> Rows() => Text.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal))
        .Select(line => line.Trim('|', ' ').Split(" | "));
}
