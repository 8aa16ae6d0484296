namespace Bulwark.Server.Images;

/// <summary>An image could not be scanned; the message says why, in words that go on from "it could not be scanned: …".</summary>
public sealed class ImageScanException(string message, Exception? inner = null) : Exception(message, inner);
