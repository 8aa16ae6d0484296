using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Bulwark.Model;
using Bulwark.Runtimes.Docker.Authorization;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Server.Api;

/// <summary>
/// How the contracts are written as JSON, for both ends of the API. What is null is left out. A field that is not known is refused, as
/// in a request it is a slip of the fingers; a client, which may be older than its server, has to relax that.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(CamelCaseEnum<Mode>), typeof(CamelCaseEnum<Verdict>), typeof(CamelCaseEnum<Direction>),
        typeof(CamelCaseEnum<DockerAct>)])]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(WorkloadReport))]
[JsonSerializable(typeof(ImmutableArray<WorkloadReport>))]
[JsonSerializable(typeof(MapReport))]
[JsonSerializable(typeof(ImmutableArray<ZoneReport>))]
[JsonSerializable(typeof(ProfileReport))]
[JsonSerializable(typeof(ImmutableArray<EventReport>))]
[JsonSerializable(typeof(EventReport))]
[JsonSerializable(typeof(ExplainReport))]
[JsonSerializable(typeof(ImmutableArray<ProfileChangeReport>))]
[JsonSerializable(typeof(SimulateReport))]
[JsonSerializable(typeof(AllowRequest))]
[JsonSerializable(typeof(ForgetRequest))]
[JsonSerializable(typeof(ModeRequest))]
[JsonSerializable(typeof(SimulateRequest))]
[JsonSerializable(typeof(AuthorizeRequest))]
[JsonSerializable(typeof(AuthorizeReport))]
[JsonSerializable(typeof(Problem))]
public sealed partial class ApiJson : JsonSerializerContext;
