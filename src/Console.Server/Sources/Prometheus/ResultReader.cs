using System.Buffers.Text;
using System.Text.Json;

namespace FleetConsole.Server.Sources.Prometheus;

/// <summary>
/// Reads the JSON of Prometheus's query API straight into arrays. Source: prometheus.io, HTTP API, "Expression query
/// result formats".
/// </summary>
internal static class ResultReader
{
    /// <summary>
    /// Reads a whole answer.
    /// </summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="resultType">"vector" or "matrix"; any other type in the answer is an error.</param>
    /// <exception cref="JsonException">Not JSON, not of this form, or the other result type.</exception>
    public static Answer Read(ReadOnlySpan<byte> json, string resultType)
    {
        var reader = new Utf8JsonReader(json);
        var answer = new Answer();
        var hasData = false;
        Expect(ref reader, JsonTokenType.StartObject);
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("status"u8))
                answer.Status = ReadString(ref reader);
            else if (reader.ValueTextEquals("error"u8))
                answer.Error = ReadString(ref reader);
            else if (reader.ValueTextEquals("data"u8))
                hasData = ReadData(ref reader, resultType, answer);
            else
                SkipValue(ref reader);
        }

        if (answer.Status is null)
            throw new JsonException("no \"status\" in it");
        if (answer.Status == "success" && !hasData)
            throw new JsonException("no \"data\" in it");
        return answer;
    }

    // True when there was a result in it.
    private static bool ReadData(ref Utf8JsonReader reader, string resultType, Answer answer)
    {
        if (Next(ref reader) != JsonTokenType.StartObject)
            throw new JsonException("\"data\" is not an object");
        string? type = null;
        var hasResult = false;
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("resultType"u8))
            {
                type = ReadString(ref reader);
                if (type != resultType)
                    throw new JsonException($"a {type} where a {resultType} was asked for");
            }
            else if (reader.ValueTextEquals("result"u8))
            {
                Expect(ref reader, JsonTokenType.StartArray);
                hasResult = true;
                while (Next(ref reader) == JsonTokenType.StartObject)
                    answer.Series.Add(ReadSeries(ref reader));
            }
            else
            {
                SkipValue(ref reader);
            }
        }

        if (type is null)
            throw new JsonException("no \"resultType\" in it");
        return hasResult;
    }

    private static Series ReadSeries(ref Utf8JsonReader reader)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        var times = new List<double>();
        var values = new List<double>();
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("metric"u8))
            {
                Expect(ref reader, JsonTokenType.StartObject);
                while (Next(ref reader) == JsonTokenType.PropertyName)
                    labels[reader.GetString() ?? ""] = ReadString(ref reader);
            }
            else if (reader.ValueTextEquals("values"u8))
            {
                Expect(ref reader, JsonTokenType.StartArray);
                while (Next(ref reader) == JsonTokenType.StartArray)
                    ReadSample(ref reader, times, values);
            }
            else if (reader.ValueTextEquals("value"u8))
            {
                Expect(ref reader, JsonTokenType.StartArray);
                ReadSample(ref reader, times, values);
            }
            else
            {
                SkipValue(ref reader);
            }
        }

        if (times.Count == 0)
            throw new JsonException("a series without float samples (native histograms are not read)");
        return new(labels, [.. times], [.. values]);
    }

    // The reader stands on the sample's '['.
    private static void ReadSample(ref Utf8JsonReader reader, List<double> times, List<double> values)
    {
        Expect(ref reader, JsonTokenType.Number);
        times.Add(reader.GetDouble());
        Expect(ref reader, JsonTokenType.String);
        values.Add(ParseValue(reader.ValueSpan));
        Expect(ref reader, JsonTokenType.EndArray);
    }

    private static double ParseValue(ReadOnlySpan<byte> text)
    {
        if (Utf8Parser.TryParse(text, out double value, out var used) && used == text.Length)
            return value;
        return text switch
        {
            _ when text.SequenceEqual("NaN"u8) => double.NaN,
            _ when text.SequenceEqual("+Inf"u8) || text.SequenceEqual("Inf"u8) => double.PositiveInfinity,
            _ when text.SequenceEqual("-Inf"u8) => double.NegativeInfinity,
            _ => throw new JsonException("a sample whose value is not a number"),
        };
    }

    private static JsonTokenType Next(ref Utf8JsonReader reader) =>
        reader.Read() ? reader.TokenType : throw new JsonException("it ends in the middle");

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (Next(ref reader) != type)
            throw new JsonException($"{reader.TokenType} at byte {reader.TokenStartIndex} where {type} was expected");
    }

    private static string ReadString(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.String);
        return reader.GetString() ?? "";
    }

    private static void SkipValue(ref Utf8JsonReader reader)
    {
        Next(ref reader);
        reader.Skip();
    }

    /// <summary>What the answer held; <see cref="Series"/> is empty when the status is "error".</summary>
    internal sealed class Answer
    {
        public string? Status { get; set; }

        public string? Error { get; set; }

        public List<Series> Series { get; } = [];
    }
}
