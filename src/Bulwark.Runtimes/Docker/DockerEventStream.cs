using System.Text.Json;
using Bulwark.Runtimes.Docker.Wire;

namespace Bulwark.Runtimes.Docker;

/// <summary>
/// Events as they come. It ends when the daemon does; a <see cref="DockerException"/> says that it broke. Read it at once: a daemon
/// drops the events of a listener that lags by 1024.
/// </summary>
public sealed class DockerEventStream : IAsyncEnumerable<DockerEvent>, IDisposable
{
    private readonly HttpResponseMessage _answer;
    private readonly int _longest;
    private readonly string _tried;

    internal DockerEventStream(HttpResponseMessage answer, int longest, string tried)
    {
        _answer = answer;
        _longest = longest;
        _tried = tried;
    }

    public async IAsyncEnumerator<DockerEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        using var stream = await _answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var lines = new BoundedLineReader(stream, _longest);
        while (true)
        {
            DockerEvent next;
            try
            {
                if (!await lines.ReadAsync(cancellationToken).ConfigureAwait(false))
                    yield break;
                next = lines.IsTooLong ? Lost : Read(lines.Line.Span);
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                throw new DockerException(_tried, null, e.Message, e);
            }
            yield return next;
        }
    }

    public void Dispose() => _answer.Dispose();

    private static DockerEvent Lost { get; } = new(DockerEventSubject.Lost, "", "", default);

    internal static DockerEvent Read(ReadOnlySpan<byte> line)
    {
        EventJson? json;
        try
        {
            json = JsonSerializer.Deserialize(line, DockerJson.Default.EventJson);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Lost;
        }
        var subject = json?.Type switch
        {
            "container" => DockerEventSubject.Container,
            "network" => DockerEventSubject.Network,
            _ => DockerEventSubject.Lost,
        };
        if (subject == DockerEventSubject.Lost || json!.Actor?.Id is not { Length: > 0 } id)
            return Lost;
        var attributes = json.Actor.Attributes ?? [];
        return new(subject, json.Action ?? "", id, DateTimeOffset.UnixEpoch.AddTicks(json.TimeNano / TimeSpan.NanosecondsPerTick))
        {
            Name = attributes.GetValueOrDefault("name", ""),
            ContainerId = subject == DockerEventSubject.Network ? attributes.GetValueOrDefault("container", "") : "",
        };
    }
}
