using System.Collections.Immutable;
using System.Text.Json;
using Bulwark.Images.Findings;
using Bulwark.Images.Packages.Projects;
using Bulwark.Images.Scanning;

namespace Bulwark.Images.Vex;

/// <summary>
/// Statements of others about vulnerabilities, as OpenVEX (https://github.com/openvex/spec), CSAF 2.0 with the VEX profile, or CycloneDX. They
/// suppress findings as exceptions do: what is suppressed stays in the output, with its reason.
/// </summary>
public sealed class VexFile
{
    private const int LargestBytes = 64 << 20;
    private const int MostStatements = 100_000;

    private readonly ImmutableArray<VexStatement> _statements;
    private readonly string _name;

    private VexFile(string name, ImmutableArray<VexStatement> statements) => (_name, _statements) = (name, statements);

    /// <exception cref="VexException">It is of none of these forms, or damaged.</exception>
    public static VexFile Parse(string name, ReadOnlyMemory<byte> content)
    {
        if (content.Length > LargestBytes)
            throw new VexException($"it is larger than {LargestBytes >> 20} MiB");
        try
        {
            using var json = LockText.Json(content);
            var root = json.RootElement;
            var statements = root.ValueKind != JsonValueKind.Object ? null
                : root.Text("bomFormat") == "CycloneDX" ? VexFormats.CycloneDx(root)
                : root.TryGetProperty("statements", out _) ? VexFormats.OpenVex(root)
                : root.TryGetProperty("document", out _) ? VexFormats.Csaf(root)
                : null;
            return new(name, [.. (statements ?? throw new VexException("it is none of OpenVEX, CSAF and CycloneDX")).Take(MostStatements)]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new VexException(e.Message, e);
        }
    }

    /// <summary>Marks what does not count; nothing is taken out.</summary>
    public ScanResult ApplyTo(ScanResult result) => result with
    {
        Findings = Urgency.Ordered(result.Findings.Select(finding => finding.Suppression is null
            && _statements.FirstOrDefault(statement => statement.Covers(finding, result)) is { } statement
                ? finding with { Suppression = new($"{statement.Reason} ({_name})", null) }
                : finding)),
    };
}
