using System.Globalization;

namespace Bulwark.Images.Gate;

/// <summary>A line of a <c>.bulwarkignore</c> cannot be understood.</summary>
public sealed class IgnoreFileException(int line, string reason)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"line {line}: {reason}"));
