using System.Text.Json.Serialization;

namespace Bulwark.Runtimes.Docker.Wire;

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ContainerJson))]
[JsonSerializable(typeof(ContainerSummaryJson[]))]
[JsonSerializable(typeof(NetworkJson))]
[JsonSerializable(typeof(NetworkJson[]))]
[JsonSerializable(typeof(EventJson))]
[JsonSerializable(typeof(VersionJson))]
[JsonSerializable(typeof(InfoJson))]
[JsonSerializable(typeof(ErrorJson))]
[JsonSerializable(typeof(IdJson))]
[JsonSerializable(typeof(ProgressJson))]
[JsonSerializable(typeof(CreateContainerJson))]
[JsonSerializable(typeof(CreateNetworkJson))]
[JsonSerializable(typeof(NetworkMemberJson))]
[JsonSerializable(typeof(CreateExecJson))]
[JsonSerializable(typeof(StartExecJson))]
[JsonSerializable(typeof(ExecJson))]
internal sealed partial class DockerJson : JsonSerializerContext;
