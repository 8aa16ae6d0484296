using System.Globalization;
using System.Net;

namespace Bulwark.Runtimes.Docker;

/// <summary>A Docker daemon did not do what it was asked to, or could not be asked.</summary>
public sealed class DockerException : Exception
{
    /// <param name="tried">The request and the socket it went to.</param>
    /// <param name="status">The daemon's answer, or null when there was none.</param>
    /// <param name="daemonMessage">What the daemon said, or what kept it from answering.</param>
    /// <param name="innerException">What went wrong underneath, if anything did.</param>
    public DockerException(string tried, HttpStatusCode? status, string daemonMessage, Exception? innerException = null)
        : base(Describe(tried, status, daemonMessage), innerException)
    {
        Tried = tried;
        Status = status;
        DaemonMessage = daemonMessage;
    }

    public string Tried { get; }

    public HttpStatusCode? Status { get; }

    public string DaemonMessage { get; }

    /// <summary>Whether the daemon took the request and did not answer in time.</summary>
    public bool IsTimeout => InnerException is TimeoutException;

    private static string Describe(string tried, HttpStatusCode? status, string message) => status is { } code
        ? string.Create(CultureInfo.InvariantCulture, $"Docker answered {tried} with {(int)code}: {message}")
        : $"Docker could not be asked {tried}: {message}";
}
