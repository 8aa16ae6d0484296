using System.Text;
using Bulwark.Runtimes.Docker;
using CsCheck;

namespace Bulwark.Runtimes.Tests.Docker;

public sealed class BoundedLineReaderTests
{
    [Fact]
    public async Task Lines_come_whole_and_those_that_are_too_long_only_as_such() =>
        await Gen.Select(Gen.String[Gen.Char['a', 'z'], 0, 40].Array[0, 20], Gen.Int[1, 24], Gen.Int[1, 16]).SampleAsync(
            async (lines, longest, piece) =>
            {
                var stream = new SlowStream(Encoding.ASCII.GetBytes(string.Concat(lines.Select(l => l + "\n")) + "unfinished"), piece);
                var reader = new BoundedLineReader(stream, longest);
                foreach (var line in lines)
                {
                    if (!await reader.ReadAsync(default))
                        return false;
                    // A line that just fits may be taken for too long, as its end does not fit; never a longer one for whole.
                    var told = Encoding.ASCII.GetString(reader.Line.Span);
                    if (reader.IsTooLong ? line.Length < longest : told != line || line.Length > longest)
                        return false;
                }
                return !await reader.ReadAsync(default);
            });

    private sealed class SlowStream(byte[] content, int piece) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, piece)], cancellationToken);
    }
}
