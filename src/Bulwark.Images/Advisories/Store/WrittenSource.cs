namespace Bulwark.Images.Advisories.Store;

/// <summary>A source of which advisories were added.</summary>
internal readonly record struct WrittenSource(int Index, int Count, SortedSet<string> Ecosystems);
