using FleetConsole.Benchmarks.Drift;

ScoreDump.Run(args[0], args[1], double.Parse(args[2]), double.Parse(args[3]));
return 0;
