namespace Bulwark.Images.Layers;

/// <summary>
/// Looks into files of one kind while a layer streams by, and notes in the layer what it finds. One instance serves all layers of an
/// image, on several threads: it keeps nothing of its own.
/// </summary>
public interface IFileAnalyser
{
    /// <summary>Whether the whole of this file is wanted, by its header and its first bytes (512 at most).</summary>
    bool Wants(LayerFile file, ReadOnlySpan<byte> head);

    /// <summary>What else decides what it finds, besides the file and the program; none for nearly all of them.</summary>
    string Settings => "";

    /// <summary>What people call it, where it has to be named.</summary>
    string Name => GetType().Name;

    /// <summary>The largest file that it reads, in bytes; of a larger one that it wants it is told that it was not read.</summary>
    long LargestBytes => long.MaxValue;

    /// <summary>Whether what is known of a layer is all that it would find there; if not, the layer is read anew.</summary>
    bool Accepts(Layer known) => true;

    /// <summary>Reads a file. An exception of a parser becomes a doubt about this one file, and nothing else.</summary>
    void Read(LayerFile file, FileContent content, Layer layer);
}
