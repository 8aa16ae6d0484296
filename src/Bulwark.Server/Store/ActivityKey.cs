using Bulwark.Model;
using Bulwark.Model.Profiles;

namespace Bulwark.Server.Store;

/// <summary>A conversation of a workload in one bucket of time.</summary>
public readonly record struct ActivityKey(Identity Workload, ProfileKey Conversation, DateTimeOffset Bucket);
