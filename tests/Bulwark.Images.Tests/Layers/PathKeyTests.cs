using Bulwark.Images.Layers;
using CsCheck;

namespace Bulwark.Images.Tests.Layers;

public sealed class PathKeyTests
{
    [Fact]
    public void The_key_of_a_path_is_that_of_its_parts_whatever_was_asked_before() =>
        Gen.Int[1, 3].Select(length => "abc"[..length]).Array[1, 6].Select(parts => string.Join('/', parts)).Array[1, 20].Sample(
            paths => paths.All(path => PathKey.Of(path) == path.Split('/').Aggregate(PathKey.Root, (key, part) => key.Child(part))), iter: 2000);
}
