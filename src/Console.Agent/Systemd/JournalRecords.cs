using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using FleetConsole.Agent.Tools;

namespace FleetConsole.Agent.Systemd;

/// <summary>Reads journalctl's JSON, one record a line.</summary>
internal static class JournalRecords
{
    // journald cuts lines at 48 KiB (LineMax=); as an array of numbers each byte takes up to five characters.
    private const int LongestRecord = 512 * 1024;

    /// <summary>Gives each record's message but the one at the cursor, which was there before.</summary>
    /// <exception cref="ToolException">A record is no JSON, or too long.</exception>
    public static async Task ReadMessagesAsync(Stream output, string cursor, Action<ReadOnlySpan<byte>> take, CancellationToken cancel)
    {
        var reader = PipeReader.Create(output, new StreamPipeReaderOptions(leaveOpen: true));
        while (true)
        {
            var read = await reader.ReadAsync(cancel);
            var buffer = read.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } newline)
            {
                if (Message(buffer.Slice(0, newline), cursor) is { } message)
                    take(message);
                buffer = buffer.Slice(buffer.GetPosition(1, newline));
            }

            if (buffer.Length > LongestRecord)
                throw new ToolException("journalctl wrote a record of more than 512 KiB.");
            reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
                break;
        }

        await reader.CompleteAsync();
    }

    private static byte[]? Message(ReadOnlySequence<byte> record, string cursor)
    {
        try
        {
            byte[]? message = null;
            var json = new Utf8JsonReader(record);
            while (json.Read())
            {
                if (json.TokenType != JsonTokenType.PropertyName || json.CurrentDepth != 1)
                    continue;
                var (isMessage, isCursor) = (json.ValueTextEquals("MESSAGE"u8), json.ValueTextEquals("__CURSOR"u8));
                json.Read();
                if (isCursor && json.ValueTextEquals(cursor))
                    return null;
                if (isMessage)
                    message = Message(ref json);
                else
                    json.Skip();
            }

            return message;
        }
        catch (JsonException e)
        {
            throw new ToolException($"journalctl wrote a record that is no JSON: {e.Message}", e);
        }
    }

    // A message that is not UTF-8 is an array of its bytes.
    private static byte[] Message(ref Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.String)
        {
            var text = new byte[json.HasValueSequence ? json.ValueSequence.Length : json.ValueSpan.Length];
            return text[..json.CopyString(text)];
        }

        var bytes = new List<byte>();
        if (json.TokenType == JsonTokenType.StartArray)
        {
            while (json.Read() && json.TokenType == JsonTokenType.Number)
                bytes.Add(json.GetByte());
        }

        return [.. bytes];
    }
}
