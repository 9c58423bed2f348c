using System.Text.Json;

namespace FleetConsole.Analysis.Profiling;

/// <summary>
/// Takes the messages out of a log that is one JSON object a line: <c>journalctl -o json</c> (a message that is not plain text is an array of bytes there), Docker's
/// <c>json-file</c>, and loggers that call the text <c>message</c> or <c>msg</c>.
/// </summary>
internal static class JournalJson
{
    public static bool Is(ReadOnlySpan<byte> text) => text.TrimStart(" \t\r\n"u8) is [(byte)'{', ..];

    /// <summary>The messages, one a line. A line that is no such object stays as it is.</summary>
    public static byte[] Unwrap(ReadOnlySpan<byte> text)
    {
        // A message is never longer than the JSON around it.
        var messages = new byte[text.Length + 1];
        var length = 0;
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            length += Write(line, messages.AsSpan(length));
            if (length == 0 || messages[length - 1] != '\n')
                messages[length++] = (byte)'\n';
        }

        return messages[..length];
    }

    private static int Write(ReadOnlySpan<byte> line, Span<byte> output)
    {
        try
        {
            if (WriteMessage(line, output) is >= 0 and var length)
                return length;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Half an object at a cut end, or text that is not UTF-8.
        }

        line.CopyTo(output);
        return line.Length;
    }

    private static int WriteMessage(ReadOnlySpan<byte> line, Span<byte> output)
    {
        var reader = new Utf8JsonReader(line);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return -1;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isMessage = reader.ValueTextEquals("MESSAGE"u8) || reader.ValueTextEquals("log"u8) || reader.ValueTextEquals("message"u8) || reader.ValueTextEquals("msg"u8);
            if (!reader.Read())
                return -1;
            if (isMessage && reader.TokenType == JsonTokenType.String)
                return reader.CopyString(output);
            if (isMessage && reader.TokenType == JsonTokenType.StartArray)
                return WriteBytes(ref reader, output);
            reader.Skip();
        }

        return -1;
    }

    private static int WriteBytes(ref Utf8JsonReader reader, Span<byte> output)
    {
        var length = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetByte(out var value))
            output[length++] = value;
        return reader.TokenType == JsonTokenType.EndArray ? length : -1;
    }
}
