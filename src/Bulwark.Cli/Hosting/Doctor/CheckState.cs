using System.Text.Json.Serialization;
using Bulwark.Server.Api;

namespace Bulwark.Cli.Hosting.Doctor;

/// <summary>How a check ended.</summary>
[JsonConverter(typeof(CamelCaseEnum<CheckState>))]
internal enum CheckState
{
    /// <summary>It is as Bulwark needs it.</summary>
    Ok,

    /// <summary>Bulwark runs, but does less, or is harder to use.</summary>
    Warning,

    /// <summary>Bulwark cannot run.</summary>
    Missing,
}
