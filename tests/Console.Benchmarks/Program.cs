using System.Globalization;
using FleetConsole.Benchmarks.Drift;
using FleetConsole.Benchmarks.Profiling;

switch (args)
{
    case ["looks", var folder, var outFile, "--every", var every, "--first", var first, "--level", var level]:
        Looks.Run(folder, outFile, Number(first), Number(every), level == "suspected");
        return 0;
    case ["speed", var hosts, var methods]:
        Speed.Run(int.Parse(hosts, CultureInfo.InvariantCulture), int.Parse(methods, CultureInfo.InvariantCulture));
        return 0;
    case ["profile", var seed, var file]:
        MadeStacks.Write(int.Parse(seed, CultureInfo.InvariantCulture), file);
        return 0;
    case ["tree", var profile, var file]:
        MadeTree.Write(profile, file);
        return 0;
    case ["dump", var seed, var file]:
        MadeDump.Write(int.Parse(seed, CultureInfo.InvariantCulture), file);
        return 0;
    case ["fuzz", var count, var seed, var golden]:
        return Fuzz.Run(int.Parse(count, CultureInfo.InvariantCulture), int.Parse(seed, CultureInfo.InvariantCulture), golden);
    default:
        System.Console.Error.WriteLine("Usage: Console.Benchmarks looks DIR OUT --every HOURS --first HOURS --level suspected|drifting");
        System.Console.Error.WriteLine("       Console.Benchmarks speed HOSTS METHODS");
        System.Console.Error.WriteLine("       Console.Benchmarks profile|dump SEED FILE");
        System.Console.Error.WriteLine("       Console.Benchmarks tree PROFILE FILE");
        System.Console.Error.WriteLine("       Console.Benchmarks fuzz COUNT SEED GOLDEN-FOLDER");
        return 2;
}

static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
