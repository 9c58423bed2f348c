using System.Runtime.CompilerServices;

namespace FleetConsole.Analysis.Profiling;

/// <summary>Turns the samples of a profile into stacks: locations become frames, inlined lines frames of their own, dropped frames are gone.</summary>
internal sealed class ProfileStacks
{
    private readonly PprofProfile _profile;
    private readonly FlameOptions _options;
    private readonly PrunedFrames? _pruned;
    private readonly SampleLabels? _filter, _group;

    // The frames of each location, the innermost first.
    private readonly int[] _frames, _frameEnds;

    public ProfileStacks(PprofProfile profile, FlameOptions options)
    {
        _profile = profile;
        _options = options;
        _pruned = PrunedFrames.Of(profile, options.Limits);
        _filter = options.LabelKey.Length == 0 ? null : new(profile, options.LabelKey);
        _group = options.GroupBy.Length == 0 ? null : new(profile, options.GroupBy);
        (_frames, _frameEnds) = FramesOfLocations();
    }

    public FrameTable Table { get; } = new();

    /// <summary>Samples without a value are left out, as pprof does.</summary>
    public StackSet Build()
    {
        var (samples, length) = Chosen();
        var frames = GC.AllocateUninitializedArray<int>(length);
        var (ends, values) = (new int[samples.Count], new long[samples.Count]);
        var at = 0;
        for (var i = 0; i < samples.Count; i++)
        {
            at = Write(samples[i], frames, at);
            (ends[i], values[i]) = (at, _profile.Value(samples[i], _options.SampleType));
        }

        return new(frames, ends, values);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (List<int> Samples, int Length) Chosen()
    {
        var samples = new List<int>(_profile.SampleCount);
        long length = 0;
        for (var sample = 0; sample < _profile.SampleCount; sample++)
        {
            if (_profile.Value(sample, _options.SampleType) == 0 || _filter?.Has(sample, _options.LabelValue) == false)
                continue;
            samples.Add(sample);
            length += _group is null ? 0 : 1;
            foreach (var location in Kept(sample))
                length += _frameEnds[location] - Start(location);
        }

        return (samples, checked((int)length));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Write(int sample, int[] frames, int at)
    {
        if (_group is not null)
            frames[at++] = Table.Add(_group.Text(sample), "");
        var stack = Kept(sample);
        for (var i = stack.Length - 1; i >= 0; i--)
        {
            var start = Start(stack[i]);
            for (var frame = _frameEnds[stack[i]] - 1; frame >= start; frame--)
                frames[at++] = _frames[frame];
        }

        return at;
    }

    private ReadOnlySpan<int> Kept(int sample)
    {
        var stack = _profile.Stack(sample);
        return _pruned is null ? stack : stack[_pruned.Start(stack)..];
    }

    private int Start(int location) => location == 0 ? 0 : _frameEnds[location - 1];

    private (int[] Frames, int[] Ends) FramesOfLocations()
    {
        var ends = new int[_profile.LocationCount];
        var frames = new List<int>(_profile.LocationCount * 2);
        var byFunction = new int[_profile.FunctionCount];
        for (var i = 0; i < ends.Length; i++)
        {
            var location = _profile.Location(i);
            for (var line = _pruned?.FirstLine(i) ?? 0; line < location.LineCount; line++)
                frames.Add(FrameOf(_profile.Line(i, line).Function, location, byFunction));
            if (location.LineCount == 0)
                frames.Add(Table.Add(NameOf(location), ""));
            ends[i] = frames.Count;
        }

        return ([.. frames], ends);
    }

    // 0 in the array: not asked for yet.
    private int FrameOf(int index, PprofLocation location, int[] byFunction)
    {
        if (byFunction[index] > 0)
            return byFunction[index] - 1;
        var function = _profile.Function(index);
        if (function.Name.Length == 0)
            return Table.Add(NameOf(location), function.File);
        var frame = Table.Add(function.Name, function.File);
        byFunction[index] = frame + 1;
        return frame;
    }

    private string NameOf(PprofLocation location)
    {
        var file = location.Mapping < 0 ? "" : _profile.Mappings[location.Mapping].File;
        return file.Length == 0 ? "<unknown>" : $"[{file[(file.LastIndexOf('/') + 1)..]}]";
    }
}
