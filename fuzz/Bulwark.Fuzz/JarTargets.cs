using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Bulwark.Images.Advisories.Formats;
using Bulwark.Images.Advisories.Store;
using Bulwark.Images.Jars;
using Bulwark.Images.Tests.Harness;

namespace Bulwark.Fuzz;

/// <summary>The table of JARs, and the database that it is made from.</summary>
internal static class JarTargets
{
    private static readonly (string Group, string Artifact, string Version, byte[] Sha1)[] s_jars =
        [.. Enumerable.Range(0, 20).Select(number => ("g", $"a{number % 7}", $"1.{number}", SHA256.HashData([(byte)number])[..20]))];

    public static IEnumerable<FuzzTarget> All =>
    [
        new("jar-table", ReadTable, [Table()]) { Refusals = [typeof(AdvisoryFileException)] },
        new("jar-database", ReadDatabase, [Database(), Gzip(Database())]) { Refusals = [typeof(AdvisoryFormatException), typeof(AdvisoryFileException)] },
    ];

    // A table is used without its sum being checked, so that each look into it has to bear whatever is there.
    private static void ReadTable(byte[] input) => AdvisoryTargets.WithFile(input, path =>
    {
        using var table = JarTable.Open(path);
        Trial.Limit("JARs", table.Count, input.Length / JarTableFormat.JarBytes);
        Trial.Limit("characters of an origin", table.Origin.Length, input.Length);
        AdvisoryFileException? damaged = null;
        foreach (var digest in Digests(input))
        {
            try
            {
                if (table.Find(digest) is { } found)
                    Trial.Limit("characters of a package", Math.Max(found.Name.Length, found.Version.Length), JarTableFormat.LongestText);
            }
            catch (AdvisoryFileException e)
            {
                damaged = e;
            }
        }
        table.Verify();
        if (damaged is not null)
            throw damaged;
    });

    private static void ReadDatabase(byte[] input) => AdvisoryTargets.WithFile(input, path =>
    {
        if (!JarTableImport.Recognises(path))
            throw new AdvisoryFormatException("it is none");
        var made = $"{path}.jars";
        try
        {
            var count = JarTableImport.Read(path, "the input", made, TimeProvider.System, CancellationToken.None);
            // What was written is sound, whatever it was written from.
            using var table = JarTable.Open(made);
            table.Verify();
            if (count == 0 || count != table.Count)
                throw new FuzzFailure($"{count} JARs were taken, and {table.Count} are there");
        }
        finally
        {
            File.Delete(made);
        }
    });

    // Those of the seed, those at the edges, and those that stand where the input has its JARs.
    private static IEnumerable<UInt128> Digests(byte[] input)
    {
        yield return UInt128.MinValue;
        yield return UInt128.MaxValue;
        foreach (var jar in s_jars)
            yield return Key(jar.Sha1);
        for (var at = JarTableFormat.HeaderBytes; at + JarTableFormat.DigestBytes <= Math.Min(input.Length, 4096); at += JarTableFormat.JarBytes)
            yield return Key(input.AsSpan(at));
    }

    private static UInt128 Key(ReadOnlySpan<byte> sha1) => BinaryPrimitives.ReadUInt128BigEndian(sha1);

    private static byte[] Table()
    {
        var bytes = Array.Empty<byte>();
        AdvisoryTargets.WithFile([], path =>
        {
            using var writer = new JarTableWriter();
            foreach (var jar in s_jars)
                writer.Add(jar.Sha1, writer.Name(Encoding.ASCII.GetBytes($"{jar.Group}:{jar.Artifact}")), Encoding.ASCII.GetBytes(jar.Version));
            writer.WriteTo(path, "the seed", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
            bytes = File.ReadAllBytes(path);
        });
        return bytes;
    }

    private static byte[] Database()
    {
        using var directory = new TemporaryDirectory();
        return File.ReadAllBytes(JavaDatabase.Write(directory, s_jars));
    }

    private static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(content);
        return packed.ToArray();
    }
}
