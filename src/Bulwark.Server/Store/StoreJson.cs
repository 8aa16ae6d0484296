using System.Text.Json.Serialization;
using Bulwark.Model.Profiles;

namespace Bulwark.Server.Store;

/// <summary>JSON inside the database's columns.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LearningProgress))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class StoreJson : JsonSerializerContext;
