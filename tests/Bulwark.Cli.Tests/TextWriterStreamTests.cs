using System.Text;
using Bulwark.Cli.Output;

namespace Bulwark.Cli.Tests;

public sealed class TextWriterStreamTests
{
    [Fact]
    public void Text_comes_out_as_it_went_in_wherever_its_bytes_are_cut()
    {
        var text = string.Concat(Enumerable.Repeat("aé€😀", 3000));
        var bytes = Encoding.UTF8.GetBytes(text);
        foreach (var piece in (int[])[1, 3, 7, 4095, 4096, 4097, bytes.Length])
        {
            var writer = new StringWriter();
            using (var stream = new TextWriterStream(writer))
            {
                foreach (var part in bytes.Chunk(piece))
                    stream.Write(part);
            }

            Assert.Equal(text, writer.ToString());
        }
    }
}
