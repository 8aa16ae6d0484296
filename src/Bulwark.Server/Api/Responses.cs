using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Bulwark.Server.Api.Contracts;
using Bulwark.Server.Engine;
using Microsoft.AspNetCore.Http;

namespace Bulwark.Server.Api;

/// <summary>Writes answers and problems.</summary>
internal static class Responses
{
    public static Task Write<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        return JsonSerializer.SerializeAsync(context.Response.Body, value, type, context.RequestAborted);
    }

    public static Task Write(HttpContext context, RequestException e) =>
        Write(context, new Problem(e.Title, e.Status, e.Message, e.Hint));

    public static Task Write(HttpContext context, Problem problem)
    {
        if (context.Response.HasStarted)
        {
            // Too late for another status: the client must not take half an answer for a whole one.
            context.Abort();
            return Task.CompletedTask;
        }
        context.Response.Clear();
        context.Response.StatusCode = problem.Status;
        context.Response.ContentType = "application/problem+json";
        return JsonSerializer.SerializeAsync(context.Response.Body, problem, ApiJson.Default.Problem, context.RequestAborted);
    }
}
