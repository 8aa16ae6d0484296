using System.Net;

namespace Bulwark.Images.Registries;

/// <summary>A registry did not give what it was asked for. The message never holds credentials or tokens.</summary>
/// <param name="message">What was asked of whom, and what came instead.</param>
/// <param name="status">The registry's answer; null if none came.</param>
internal sealed class RegistryException(string message, HttpStatusCode? status = null, Exception? inner = null) : Exception(message, inner)
{
    public HttpStatusCode? Status { get; } = status;
}
