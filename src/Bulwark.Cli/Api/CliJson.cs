using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Bulwark.Cli.Hosting.Doctor;
using Bulwark.Cli.Output;
using Bulwark.Server.Api;

namespace Bulwark.Cli.Api;

/// <summary>JSON read from the server and written for <c>-o json</c>: the API's contracts, and what only the command line has.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(ErrorReport))]
[JsonSerializable(typeof(Diagnosis))]
internal sealed partial class CliJson : JsonSerializerContext
{
    // Lazy, because the generated half of this class may not be initialised yet.
    private static readonly Lazy<JsonSerializerOptions> s_compact = new(() => With(indented: false));
    private static readonly Lazy<JsonSerializerOptions> s_indented = new(() => With(indented: true));

    /// <summary>One line a document: what goes over the wire, and NDJSON.</summary>
    public static JsonTypeInfo<T> Compact<T>() => (JsonTypeInfo<T>)s_compact.Value.GetTypeInfo(typeof(T));

    /// <summary>For <c>-o json</c>.</summary>
    public static JsonTypeInfo<T> Indented<T>() => (JsonTypeInfo<T>)s_indented.Value.GetTypeInfo(typeof(T));

    private static JsonSerializerOptions With(bool indented) => new(ApiJson.Default.Options)
    {
        WriteIndented = indented,
        NewLine = "\n",
        // A newer server may tell more than this client knows.
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
        TypeInfoResolver = JsonTypeInfoResolver.Combine(ApiJson.Default, Default).WithAddedModifier(AllowAbsentNulls),
    };

    // A server leaves out what is null; anything else that is missing means that it speaks another version.
    private static void AllowAbsentNulls(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property.IsRequired && property.IsSetNullable)
                property.IsRequired = false;
        }
    }
}
