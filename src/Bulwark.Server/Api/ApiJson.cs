using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Bulwark.Model;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Server.Api;

/// <summary>How the contracts are written as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters = [typeof(CamelCaseEnum<Mode>), typeof(CamelCaseEnum<Verdict>), typeof(CamelCaseEnum<Direction>)])]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(ImmutableArray<WorkloadReport>))]
[JsonSerializable(typeof(MapReport))]
[JsonSerializable(typeof(ImmutableArray<ZoneReport>))]
[JsonSerializable(typeof(ProfileReport))]
[JsonSerializable(typeof(ImmutableArray<EventReport>))]
[JsonSerializable(typeof(EventReport))]
[JsonSerializable(typeof(ExplainReport))]
[JsonSerializable(typeof(ProfileChangeReport))]
[JsonSerializable(typeof(ImmutableArray<ProfileChangeReport>))]
[JsonSerializable(typeof(SimulateReport))]
[JsonSerializable(typeof(AllowRequest))]
[JsonSerializable(typeof(ForgetRequest))]
[JsonSerializable(typeof(ModeRequest))]
[JsonSerializable(typeof(SimulateRequest))]
[JsonSerializable(typeof(Problem))]
internal sealed partial class ApiJson : JsonSerializerContext;
