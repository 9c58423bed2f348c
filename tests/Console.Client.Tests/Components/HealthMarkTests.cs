using Bunit;
using FleetConsole.Client.Components;
using FleetConsole.Client.Tests.Harness;
using FleetConsole.Contracts.V1;

namespace FleetConsole.Client.Tests.Components;

public sealed class HealthMarkTests : PageTest
{
    [Theory]
    [InlineData(HealthState.Serving, "", "serving", "good")]
    [InlineData(HealthState.Serving, "Timed out.", "serving, but its probe fails", "doubtful")]
    [InlineData(HealthState.NotServing, "", "not serving", "wrong")]
    [InlineData(HealthState.Unreachable, "", "unreachable", "wrong")]
    [InlineData(HealthState.Unreachable, "Timed out.", "unreachable", "wrong")]
    [InlineData(HealthState.Unmapped, "", "not mapped", "unknown")]
    [InlineData(HealthState.Unspecified, "", "not asked yet", "unknown")]
    public void A_state_has_a_word_and_a_tone(HealthState state, string probe, string word, string tone)
    {
        var mark = Render<HealthMark>(parameters => parameters.Add(m => m.State, state).Add(m => m.ProbeMessage, probe)).Find(".mark");

        Assert.Equal(word, Text(mark));
        Assert.Equal(["mark", tone], mark.ClassList);
    }

    [Fact]
    public void Why_it_is_in_doubt_can_be_read()
    {
        var mark = Render<HealthMark>(parameters => parameters
            .Add(m => m.State, HealthState.Serving).Add(m => m.Detail, "SERVING since 11:00.").Add(m => m.ProbeMessage, "RefExists timed out.")).Find(".mark");

        Assert.Equal("SERVING since 11:00. The probe: RefExists timed out.", mark.GetAttribute("title"));
    }
}
