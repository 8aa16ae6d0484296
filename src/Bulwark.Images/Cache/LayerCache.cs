using System.Security.Cryptography;
using System.Text;
using Bulwark.Images.Archives;
using Bulwark.Images.Layers;
using Bulwark.Images.Sources;

namespace Bulwark.Images.Cache;

/// <summary>
/// What was found out about layers, in a directory of files: one for each layer, program and settings. Many processes may use it at once:
/// a file is written under another name and renamed into place, and never changed. What is damaged, or not its owner's alone, is not read.
/// </summary>
public sealed class LayerCache
{
    private const string TemporarySuffix = ".new";

    // Of a layer with two million files.
    private const long LargestEntry = 512L << 20;

    private static readonly TimeSpan s_longestWriting = TimeSpan.FromHours(1);

    // The same source always compiles to the same id: whatever changes an analyser changes it.
    private static readonly string s_program = typeof(LayerCache).Module.ModuleVersionId.ToString();

    private readonly string _directory;
    private readonly long _mostBytes;

    private LayerCache(string directory, long mostBytes)
    {
        _directory = directory;
        _mostBytes = mostBytes;
    }

    /// <summary>1 GiB: some hundred images.</summary>
    public static long DefaultBytes => 1L << 30;

    /// <summary>
    /// Where it is by default: <c>/var/cache/bulwark/layers</c> for root, else <c>$XDG_CACHE_HOME/bulwark/layers</c>. Null if there is no home.
    /// </summary>
    public static string? DefaultDirectory(Func<string, string?> variable)
    {
        if (Environment.IsPrivilegedProcess)
            return "/var/cache/bulwark/layers";
        var caches = variable("XDG_CACHE_HOME") is ['/', ..] set ? set : variable("HOME") is ['/', ..] home ? Path.Combine(home, ".cache") : null;
        return caches is null ? null : Path.Combine(caches, "bulwark", "layers");
    }

    /// <summary>Opens the directory, and makes it if there is none.</summary>
    /// <param name="mostBytes">Beyond this the entries go that were not used for longest.</param>
    /// <exception cref="CacheException">It cannot be made, or others may write to it.</exception>
    public static LayerCache Open(string directory, long mostBytes)
    {
        try
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CacheException($"the cache {directory} cannot be made: {e.Message}", e);
        }
        return HostFileStatus.Of(directory) is { Kind: TarEntryKind.Directory } status && status.IsOwnersAlone
            ? new(directory, mostBytes)
            : throw new CacheException($"the cache {directory} is not used: it is another user's, or others may write to it");
    }

    /// <summary>What was found out about the layer with this diff id; null if nothing is known, or nothing that can be trusted.</summary>
    internal Layer? Find(string diffId, string settings)
    {
        if (!Digest.IsValid(diffId))
            return null;
        var path = PathOf(diffId, settings);
        if (Content(path) is not { } content || LayerFormat.Read(content, Key(diffId, settings)) is not { } layer || layer.DiffId != diffId)
            return null;
        try
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody makes room at this moment; what was read is still true.
        }
        return layer;
    }

    /// <summary>Keeps what was found out about a layer. That it cannot be kept (no room, say) harms nobody.</summary>
    internal void Keep(Layer layer, string settings) =>
        Put(PathOf(layer.DiffId, settings), file => LayerFormat.Write(layer, Key(layer.DiffId, settings), file));

    private void Put(string path, Action<FileStream> write)
    {
        var temporary = Path.Combine(_directory, $"{Guid.NewGuid():N}{TemporarySuffix}");
        try
        {
            using (var file = new FileStream(temporary, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
                write(file);
            File.Move(temporary, path, overwrite: true);
            MakeRoom();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
        }
    }

    /// <summary>A line that was kept under a name; null if there is none, or none that can be trusted.</summary>
    internal string? FindNote(string name) => Content(NotePath(name)) is { } content
        && Encoding.UTF8.GetString(content).Split('\n') is [var text, var sum] && sum == Sum(name, text) ? text : null;

    /// <summary>Keeps a line under a name.</summary>
    internal void KeepNote(string name, string text) => Put(NotePath(name), file => file.Write(Encoding.UTF8.GetBytes($"{text}\n{Sum(name, text)}")));

    private static string Sum(string name, string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{name}\n{text}")));

    private string NotePath(string name) => Path.Combine(_directory, Sum(name, ""));

    private static string Key(string diffId, string settings) => $"{s_program}\n{settings}\n{diffId}";

    private string PathOf(string diffId, string settings) =>
        Path.Combine(_directory, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key(diffId, settings)))));

    private static byte[]? Content(string path)
    {
        try
        {
            using var file = HostFile.Open(path);
            if (file is null || file.Length > LargestEntry
                || HostFileStatus.Of((int)file.SafeFileHandle.DangerousGetHandle()) is not { } status || !status.IsOwnersAlone)
                return null;
            var content = new byte[file.Length];
            file.ReadExactly(content);
            return content;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void MakeRoom()
    {
        var files = new DirectoryInfo(_directory).GetFiles();
        var now = DateTime.UtcNow;
        foreach (var left in files.Where(file => file.Name.EndsWith(TemporarySuffix, StringComparison.Ordinal) && now - file.LastWriteTimeUtc > s_longestWriting))
            left.Delete();
        var bytes = 0L;
        foreach (var file in files.Where(file => !file.Name.EndsWith(TemporarySuffix, StringComparison.Ordinal)).OrderByDescending(file => file.LastWriteTimeUtc))
        {
            bytes += file.Length;
            if (bytes > _mostBytes)
                file.Delete();
        }
    }
}
