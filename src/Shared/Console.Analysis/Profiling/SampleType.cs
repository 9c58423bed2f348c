namespace FleetConsole.Analysis.Profiling;

/// <summary>What a value of a sample is.</summary>
/// <param name="Type">Such as <c>cpu</c>, <c>inuse_space</c>, <c>goroutine</c>, <c>contentions</c>.</param>
/// <param name="Unit">Such as <c>nanoseconds</c>, <c>bytes</c>, <c>count</c>.</param>
public readonly record struct SampleType(string Type, string Unit);
