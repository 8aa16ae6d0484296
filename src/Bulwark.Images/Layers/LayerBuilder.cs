using Bulwark.Images.Archives;

namespace Bulwark.Images.Layers;

/// <summary>Makes a <see cref="Layer"/> out of its files, one after the other.</summary>
internal sealed class LayerBuilder(LayerReading reading)
{
    private const string WhiteoutPrefix = ".wh.";
    private const string Opaque = ".wh..wh..opq";
    private const int HeadBytes = 512;
    private const int MostDoubts = 1000;
    private const int KeyBytes = 16;

    private readonly ArchiveLimits _limits = reading.Limits;
    private readonly FileMemory _memory = reading.TakeMemory();
    private readonly byte[] _head = new byte[HeadBytes];
    private bool _isFull;

    private Layer Layer { get; } = new();

    /// <summary>Entries so far.</summary>
    public int Entries => Layer.Entries;

    /// <summary>The layer, once it has been added whole.</summary>
    public Layer Finish()
    {
        Layer.Finish();
        reading.GiveBack(_memory);
        return Layer;
    }

    /// <summary>
    /// Adds what a tar or a directory has. Deletions follow the OCI image specification, "Whiteouts"; other <c>.wh.</c> names are left
    /// over from aufs and mean nothing.
    /// </summary>
    /// <exception cref="ArchiveException">There is more to be kept than the limits let.</exception>
    public void Add(in TarEntry entry, Stream content)
    {
        Layer.Entries++;
        if (ImagePath.Clean(entry.Name) is not { } path)
        {
            Doubt(CannotTellKind.File, entry.Name, $"its path leads out of the image, or deeper than {ImagePath.Deepest} directories");
            return;
        }
        if (path.Length == 0)
            return;
        var name = ImagePath.Name(path);
        if (name.StartsWith(WhiteoutPrefix, StringComparison.Ordinal))
        {
            AddWhiteout(path, name);
            return;
        }
        if (LinkTarget(entry) is not { } target)
        {
            Doubt(CannotTellKind.File, path, "it links to a file outside of the image");
            return;
        }
        var file = new LayerFile(path, entry.Kind, entry.Mode, entry.Uid, entry.Gid, entry.Size, target, entry.Capabilities);
        // A path twice in one layer: the later one counts, as it does when the layer is unpacked.
        Layer.Forget(path);
        (file.Kind == TarEntryKind.Directory ? Layer.Directories : Layer.Paths).Add(PathKey.Of(path));
        Keep(KeyBytes);
        if (file.Kind == TarEntryKind.Unknown)
            Doubt(CannotTellKind.File, path, "the archive has it in a form that is not read (a sparse file, say)");
        if (IsNoted(file))
            Note(file);
        if (file.Kind == TarEntryKind.File)
            Read(file, content);
    }

    /// <summary>Notes that something about the layer stays unknown; a layer that raises doubts without end gets one more, and no others.</summary>
    public void Doubt(CannotTellKind kind, string subject, string reason)
    {
        if (Layer.Doubts.Count < MostDoubts)
        {
            Layer.Doubts.Add(new(kind, subject, reason));
            Layer.KeptBytes += reading.Kept.Add(Layer.ItemBytes + sizeof(char) * (long)subject.Length);
        }
        else if (Layer.Doubts.Count == MostDoubts)
            Layer.Doubts.Add(new(CannotTellKind.Limit, "", $"more than {MostDoubts} of its files cannot be read"));
    }

    private void Keep(long bytes)
    {
        Layer.KeptBytes += reading.Kept.Add(bytes);
        if (reading.Kept.IsOver)
            throw new ArchiveException(KeptBytes.Reason(_limits));
    }

    private static string? LinkTarget(in TarEntry entry) =>
        entry.Kind == TarEntryKind.HardLink ? ImagePath.Clean(entry.LinkTarget) : entry.LinkTarget;

    private static bool IsNoted(LayerFile file) => file.Kind == TarEntryKind.SymbolicLink || file.IsExecutable || file.IsSetUser
        || file.IsSetGroup || file.HasCapabilities || file.Kind is TarEntryKind.BlockDevice or TarEntryKind.CharacterDevice or TarEntryKind.Unknown
        || (file.IsWorldWritable && file.Kind is TarEntryKind.File or TarEntryKind.HardLink);

    private void AddWhiteout(string path, ReadOnlySpan<char> name)
    {
        var directory = ImagePath.Directory(path);
        Keep(2 * Layer.ItemBytes + sizeof(char) * path.Length);
        if (name.SequenceEqual(Opaque))
            Layer.OpaqueDirectories.Add(directory);
        else if (!name.StartsWith(".wh..wh.", StringComparison.Ordinal) && name.Length > WhiteoutPrefix.Length)
            Layer.Whiteouts.Add(directory.Length == 0 ? name[WhiteoutPrefix.Length..].ToString() : $"{directory}/{name[WhiteoutPrefix.Length..]}");
    }

    private void Note(LayerFile file)
    {
        if (Layer.Files.Count < _limits.NotedFiles)
        {
            Layer.Files[file.Path] = file;
            Keep(3 * Layer.ItemBytes + sizeof(char) * (file.Path.Length + file.LinkTarget.Length));
            return;
        }
        if (!_isFull)
            Doubt(CannotTellKind.Limit, "", $"it has more than {_limits.NotedFiles} executables and links");
        _isFull = true;
    }

    private void Read(LayerFile file, Stream content)
    {
        var peeked = new PeekStream(content, _head.AsMemory(0, (int)Math.Min(file.Size, HeadBytes)));
        List<IFileAnalyser>? interested = null;
        foreach (var analyser in reading.Analysers)
        {
            if (!analyser.Wants(file, peeked.Head))
                continue;
            if (file.Size <= analyser.LargestBytes)
                (interested ??= []).Add(analyser);
            else
                Doubt(CannotTellKind.File, file.Path, $"it is larger than {analyser.LargestBytes >> 20} MiB, and {analyser.Name} did not look into it");
        }
        if (interested is null)
            return;
        if (file.Size > _limits.FileBytes)
        {
            Doubt(CannotTellKind.File, file.Path, $"it is larger than {_limits.FileBytes >> 20} MiB");
            return;
        }
        using var whole = FileContent.Of(peeked, file.Size, _memory);
        var before = Layer.Secrets.Count + Layer.Suspicions.Count + Layer.Doubts.Count;
        foreach (var analyser in interested)
        {
            try
            {
                analyser.Read(file, whole, Layer);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Whatever a parser stumbles over, it is this file that is bad.
                Doubt(CannotTellKind.File, file.Path, e is ArchiveException ? e.Message : $"it is damaged ({e.Message})");
            }
        }
        var found = Layer.Secrets.Count + Layer.Suspicions.Count + Layer.Doubts.Count - before;
        Keep(Layer.KeptOf(file.Path) + 3 * Layer.ItemBytes * found);
    }
}
