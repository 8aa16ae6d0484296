using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Bulwark.Model;
using Bulwark.Model.Observations;
using Bulwark.Model.Profiles;
using Bulwark.Model.Workloads;
using Bulwark.Server.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Bulwark.Server.Tests.Documentation;

public sealed partial class ApiPageTests
{
    private readonly Document _page = new("api.md");

    [Fact]
    public async Task Every_call_is_described_and_every_described_call_exists()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        await using var application = builder.Build();
        ApiHost.Map(application, null!);
        var mapped = ((IEndpointRouteBuilder)application).DataSources.SelectMany(source => source.Endpoints).Cast<RouteEndpoint>()
            .Select(endpoint => $"{endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Single()} "
                + endpoint.RoutePattern.RawText!.Replace("**", "", StringComparison.Ordinal));

        Assert.Equal(mapped.Order(StringComparer.Ordinal), Heading().Matches(_page.Text).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_field_of_every_contract_is_described()
    {
        var fields = typeof(ApiJson).GetProperties().Where(property => property.PropertyType.IsSubclassOf(typeof(JsonTypeInfo)))
            .Select(property => property.GetValue(ApiJson.Default)).OfType<JsonTypeInfo>().Where(type => type.Kind == JsonTypeInfoKind.Object)
            .SelectMany(type => type.Properties).Select(property => property.Name).Distinct();

        Assert.All(fields, field => Assert.True(_page.Names(field), field));
    }

    [Fact]
    public void Every_word_that_a_field_may_hold_is_there()
    {
        var words = Words<Mode>().Concat(Words<Verdict>()).Concat(Words<Direction>()).Concat(Words<VerdictReason>()).Concat(Words<WorkloadKind>())
            .Concat(Words<PeerKind>()).Concat(Words<EntryOrigin>());

        Assert.All(words, word => Assert.True(_page.Names(word), word));
    }

    private static IEnumerable<string> Words<T>() where T : struct, Enum => Enum.GetValues<T>().Select(ReportText.CamelCase);

    [GeneratedRegex("^### `([^`]+)`$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
