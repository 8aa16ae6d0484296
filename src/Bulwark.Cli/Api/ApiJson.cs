using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Bulwark.Cli.Output;
using Bulwark.Model;
using Bulwark.Server.Api;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Cli.Api;

/// <summary>The contracts' JSON, read from the server and written for <c>-o json</c>.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [
        typeof(CamelCaseEnum<Mode>), typeof(CamelCaseEnum<Verdict>), typeof(CamelCaseEnum<Direction>)])]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(WorkloadReport))]
[JsonSerializable(typeof(ImmutableArray<WorkloadReport>))]
[JsonSerializable(typeof(MapReport))]
[JsonSerializable(typeof(ImmutableArray<ZoneReport>))]
[JsonSerializable(typeof(ProfileReport))]
[JsonSerializable(typeof(ImmutableArray<EventReport>))]
[JsonSerializable(typeof(ExplainReport))]
[JsonSerializable(typeof(ProfileChangeReport))]
[JsonSerializable(typeof(ImmutableArray<ProfileChangeReport>))]
[JsonSerializable(typeof(SimulateReport))]
[JsonSerializable(typeof(AllowRequest))]
[JsonSerializable(typeof(ForgetRequest))]
[JsonSerializable(typeof(ModeRequest))]
[JsonSerializable(typeof(SimulateRequest))]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(ErrorReport))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    // Lazy, because the generated half of this class may not be initialised yet.
    private static readonly Lazy<JsonSerializerOptions> s_compact = new(() => With(indented: false));
    private static readonly Lazy<JsonSerializerOptions> s_indented = new(() => With(indented: true));

    /// <summary>One line a document: what goes over the wire, and NDJSON.</summary>
    public static JsonTypeInfo<T> Compact<T>() => (JsonTypeInfo<T>)s_compact.Value.GetTypeInfo(typeof(T));

    /// <summary>For <c>-o json</c>.</summary>
    public static JsonTypeInfo<T> Indented<T>() => (JsonTypeInfo<T>)s_indented.Value.GetTypeInfo(typeof(T));

    private static JsonSerializerOptions With(bool indented) => new(Default.Options)
    {
        WriteIndented = indented,
        NewLine = "\n",
        TypeInfoResolver = Default.WithAddedModifier(AllowAbsentNulls),
    };

    // A server may leave out what is null; anything else that is missing means that it speaks another version.
    private static void AllowAbsentNulls(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property.IsRequired && property.IsSetNullable)
                property.IsRequired = false;
        }
    }
}
