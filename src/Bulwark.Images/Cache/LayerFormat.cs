using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Bulwark.Images.Advisories;
using Bulwark.Images.Archives;
using Bulwark.Images.Files;
using Bulwark.Images.Findings;
using Bulwark.Images.Jars;
using Bulwark.Images.Layers;
using Bulwark.Images.Packages;

namespace Bulwark.Images.Cache;

/// <summary>
/// A <see cref="Layer"/> as bytes: a mark with the format's version, the key that it was kept under, its members in the order of
/// its writing below, and at the end the SHA-256 of all that. Numbers are little endian, texts UTF-8 behind their length.
/// </summary>
internal static class LayerFormat
{
    internal static ReadOnlySpan<byte> Mark => "BWLAYER\u0005"u8;

    public static void Write(Layer layer, string key, Stream stream)
    {
        using var hash = SHA256.Create();
        using (var hashed = new CryptoStream(stream, hash, CryptoStreamMode.Write, leaveOpen: true))
        using (var buffered = new BufferedStream(hashed, 1 << 16))
        {
            buffered.Write(Mark);
            var writer = new CacheWriter(buffered);
            writer.Text(key);
            Members(writer, layer);
        }
        stream.Write(hash.Hash!);
    }

    /// <returns>Null for what is damaged, of another version, or of another key.</returns>
    public static Layer? Read(ReadOnlySpan<byte> bytes, string key)
    {
        if (bytes.Length < Mark.Length + SHA256.HashSizeInBytes || !bytes.StartsWith(Mark))
            return null;
        var content = bytes[..^SHA256.HashSizeInBytes];
        if (!SHA256.HashData(content).AsSpan().SequenceEqual(bytes[^SHA256.HashSizeInBytes..]))
            return null;
        try
        {
            var reader = new CacheReader(content[Mark.Length..]);
            if (reader.Text() != key)
                return null;
            var layer = Members(ref reader);
            return reader.IsAtEnd ? layer : null;
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or OverflowException)
        {
            return null;
        }
    }

    private static void Members(CacheWriter writer, Layer layer)
    {
        writer.Text(layer.DiffId);
        writer.Number(layer.UnpackedBytes);
        writer.Number(layer.Entries);
        writer.Number(layer.KeptBytes);
        writer.Keys(CollectionsMarshal.AsSpan(layer.Paths));
        writer.Keys(CollectionsMarshal.AsSpan(layer.Directories));
        writer.All(layer.Whiteouts, writer.Text);
        writer.All(layer.OpaqueDirectories, writer.Text);
        writer.All(layer.Files.Values, file =>
        {
            writer.Text(file.Path);
            writer.Number((int)file.Kind);
            writer.Number((int)file.Mode);
            writer.Number(file.Uid);
            writer.Number(file.Gid);
            writer.Number(file.Size);
            writer.Text(file.LinkTarget);
            writer.Number((long)file.Capabilities);
        });
        writer.Each(layer.Documents, document => writer.Bytes(document.Span));
        writer.Each(layer.Packages, packages => Packages(writer, packages));
        writer.Each(layer.Jars, jars => writer.All(jars, jar =>
        {
            writer.Text(jar.Path);
            writer.Wide(jar.Sha1);
            writer.Number(jar.HasClasses ? 1 : 0);
            writer.Number(jar.HasProperties ? 1 : 0);
            Packages(writer, jar.Named);
        }));
        writer.Each(layer.OwnedPaths, keys => writer.Keys(keys));
        writer.Each(layer.PackagedFiles, packages => writer.All(packages, package =>
        {
            writer.Text(package.Package);
            writer.All(package.Files, file =>
            {
                writer.Text(file.Path);
                writer.Wide(file.Digest);
                writer.Number((int)file.Kind);
            });
        }));
        writer.Number((int)layer.Listed);
        writer.Number((int)layer.Taken);
        foreach (var kind in Layer.DigestKinds)
            writer.Each(layer.Digests(kind), writer.Wide);
        writer.All(layer.Secrets, secret =>
        {
            writer.Text(secret.Rule);
            writer.Text(secret.What);
            writer.Number((int)secret.Severity);
            writer.Text(secret.Path);
            writer.Number(secret.Line);
            writer.Text(secret.Masked);
        });
        writer.All(layer.Suspicions, suspicion =>
        {
            writer.Number((int)suspicion.Kind);
            writer.Text(suspicion.Rule);
            writer.Text(suspicion.What);
            writer.Number((int)suspicion.Severity);
            writer.Text(suspicion.Path);
        });
        writer.All(layer.Doubts, doubt =>
        {
            writer.Number((int)doubt.Kind);
            writer.Text(doubt.Subject);
            writer.Text(doubt.Reason);
            writer.Text(doubt.Hint);
        });
    }

    private static void Packages(CacheWriter writer, ImmutableArray<Package> packages) => writer.All(packages, package =>
    {
        writer.Number((int)package.Kind);
        writer.Text(package.Name);
        writer.Text(package.Version);
        writer.Text(package.Source);
        writer.Text(package.SourceVersion);
        writer.Text(package.Architecture);
        writer.Text(package.Maintainer);
    });

    private static Layer Members(ref CacheReader reader)
    {
        var layer = new Layer { DiffId = reader.Text(), UnpackedBytes = reader.Number(), Entries = (int)reader.Number(), KeptBytes = reader.Number() };
        layer.Paths.AddRange(reader.Keys());
        layer.Directories.AddRange(reader.Keys());
        int count;
        for (count = reader.Count(); count > 0; count--)
            layer.Whiteouts.Add(reader.Text());
        for (count = reader.Count(); count > 0; count--)
            layer.OpaqueDirectories.Add(reader.Text());
        for (count = reader.Count(); count > 0; count--)
        {
            var path = reader.Text();
            layer.Files[path] = new(path, (TarEntryKind)reader.Number(), (UnixFileMode)reader.Number(), reader.Number(), reader.Number(), reader.Number(), reader.Text(), (ulong)reader.Number());
        }
        for (count = reader.Count(); count > 0; count--)
            layer.Documents[reader.Text()] = reader.Bytes();
        for (count = reader.Count(); count > 0; count--)
            layer.Packages[reader.Text()] = Packages(ref reader);
        for (count = reader.Count(); count > 0; count--)
            layer.Jars[reader.Text()] = Jars(ref reader);
        for (count = reader.Count(); count > 0; count--)
        {
            var path = reader.Text();
            layer.OwnedPaths[path] = reader.Keys().ToArray();
        }
        for (count = reader.Count(); count > 0; count--)
        {
            var path = reader.Text();
            var packages = new PackageContent[reader.Count()];
            for (var index = 0; index < packages.Length; index++)
                packages[index] = new(reader.Text(), PackagedFiles(ref reader));
            layer.PackagedFiles[path] = packages;
        }
        layer.Listed = (DigestKind)reader.Number();
        layer.Taken = (DigestKind)reader.Number();
        foreach (var kind in Layer.DigestKinds)
        {
            var digests = layer.Digests(kind);
            count = reader.Count();
            digests.EnsureCapacity(count);
            for (; count > 0; count--)
                digests[reader.Text()] = reader.Wide();
        }
        for (count = reader.Count(); count > 0; count--)
            layer.Secrets.Add(new(reader.Text(), reader.Text(), (Severity)reader.Number(), reader.Text(), (int)reader.Number(), reader.Text()));
        for (count = reader.Count(); count > 0; count--)
            layer.Suspicions.Add(new((FindingKind)reader.Number(), reader.Text(), reader.Text(), (Severity)reader.Number(), reader.Text()));
        for (count = reader.Count(); count > 0; count--)
            layer.Doubts.Add(new((CannotTellKind)reader.Number(), reader.Text(), reader.Text()) { Hint = reader.Text() });
        return layer;
    }

    private static PackagedFile[] PackagedFiles(ref CacheReader reader)
    {
        var files = new PackagedFile[reader.Count(CacheWriter.WideBytes)];
        for (var index = 0; index < files.Length; index++)
            files[index] = new(reader.Text(), reader.Wide(), (DigestKind)reader.Number());
        return files;
    }

    private static ImmutableArray<Jar> Jars(ref CacheReader reader)
    {
        var jars = ImmutableArray.CreateBuilder<Jar>(reader.Count(CacheWriter.WideBytes));
        while (jars.Count < jars.Capacity)
            jars.Add(new(reader.Text(), reader.Wide(), reader.Number() != 0, reader.Number() != 0, Packages(ref reader)));
        return jars.MoveToImmutable();
    }

    private static ImmutableArray<Package> Packages(ref CacheReader reader)
    {
        var packages = ImmutableArray.CreateBuilder<Package>(reader.Count());
        while (packages.Count < packages.Capacity)
        {
            packages.Add(new((PackageKind)reader.Number(), reader.Text(), reader.Text())
            {
                Source = reader.Text(),
                SourceVersion = reader.Text(),
                Architecture = reader.Text(),
                Maintainer = reader.Text(),
            });
        }
        return packages.MoveToImmutable();
    }
}
