using System.Text;
using System.Text.Json;
using FleetConsole.Server.Sources.Prometheus;

namespace FleetConsole.Server.Tests.Sources;

public sealed class ResultReaderTests
{
    [Fact]
    public void A_vector_is_one_sample_a_series()
    {
        var series = Read("""
            {"status":"success","data":{"resultType":"vector","result":[
              {"metric":{"__name__":"up","instance":"git-1"},"value":[1700000000.5,"1"]},
              {"metric":{},"value":[1700000000,"0.25"]}]}}
            """, "vector");

        Assert.Equal(2, series.Count);
        Assert.Equal(("git-1", "", 1), (series[0]["instance"], series[0]["job"], series[0].Last));
        Assert.Equal([1700000000.5], series[0].Times);
        Assert.Equal([0.25], series[1].Values);
    }

    [Fact]
    public void A_matrix_is_every_sample_in_order()
    {
        var series = Assert.Single(Read("""
            {"status":"success","data":{"resultType":"matrix","result":[
              {"metric":{"instance":"git-1"},"values":[[10,"1"],[20,"2.5e-3"],[30,"-3"]]}]}}
            """, "matrix"));

        Assert.Equal([10, 20, 30], series.Times);
        Assert.Equal([1, 0.0025, -3], series.Values);
    }

    [Fact]
    public void Values_that_JSON_has_no_number_for_are_read()
    {
        var series = Assert.Single(Read("""
            {"status":"success","data":{"resultType":"matrix","result":[
              {"metric":{},"values":[[1,"NaN"],[2,"+Inf"],[3,"-Inf"],[4,"Inf"]]}]}}
            """, "matrix"));

        Assert.Equal([double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.PositiveInfinity], series.Values);
    }

    [Fact]
    public void Fields_that_are_not_known_are_passed_over()
    {
        var series = Assert.Single(Read("""
            {"warnings":["w",{"deep":[1,{}]}],"infos":null,"status":"success","data":{"stats":{"a":[1]},"resultType":"vector","result":[
              {"group":{"x":1},"metric":{},"value":[1,"2"]}],"more":7}}
            """, "vector"));

        Assert.Equal(2, series.Last);
    }

    [Fact]
    public void The_order_of_the_fields_does_not_matter()
    {
        var series = Assert.Single(Read(
            """{"data":{"result":[{"value":[1,"2"],"metric":{"a":"b"}}],"resultType":"vector"},"status":"success"}""", "vector"));

        Assert.Equal("b", series["a"]);
    }

    [Fact]
    public void Labels_are_read_as_they_are()
    {
        var series = Assert.Single(Read(
            """{"status":"success","data":{"resultType":"vector","result":[{"metric":{"instance":"a\"b\\c\nd\u00e9"},"value":[1,"2"]}]}}""", "vector"));

        Assert.Equal("a\"b\\c\ndé", series["instance"]);
    }

    [Fact]
    public void An_error_is_its_status_and_its_text()
    {
        var answer = ResultReader.Read("""{"status":"error","errorType":"bad_data","error":"no such thing"}"""u8, "vector");

        Assert.Equal(("error", "no such thing", 0), (answer.Status, answer.Error, answer.Series.Count));
    }

    [Theory]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"histogram":[1,{}]}]}}""", "native histograms")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1]}]}}""", "where String was expected")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"1",2]}]}}""", "where EndArray was expected")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"1x"]}]}}""", "not a number")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":["1","1"]}]}}""", "where Number was expected")]
    [InlineData("""{"status":"success","data":{"result":[]}}""", "resultType")]
    [InlineData("""{"status":"success","data":null}""", "not an object")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":null}}""", "where StartArray was expected")]
    public void A_malformed_answer_is_named(string json, string problem)
    {
        var e = Assert.ThrowsAny<JsonException>(() => Read(json, "vector"));

        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_cut_off_anywhere_is_refused()
    {
        var whole = """{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1,"2"]}]}}"""u8.ToArray();
        for (var length = 0; length < whole.Length; length++)
        {
            var part = whole[..length];
            Assert.ThrowsAny<JsonException>(() => ResultReader.Read(part, "vector"));
        }
    }

    private static List<Series> Read(string json, string type) => ResultReader.Read(Encoding.UTF8.GetBytes(json), type).Series;
}
