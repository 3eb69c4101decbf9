#:project ../src/PerceptualEval/PerceptualEval.csproj
#:property RestorePackagesWithLockFile=false

// The C# half of tools/compare_read_speed.py: reads every file of the given folders, and prints the best of several passes.
using System.Diagnostics;
using PerceptualEval.TensorFiles;

const int Passes = 60;
var values = new float[1 << 24];
foreach (var folder in args)
{
    var paths = Directory.GetFiles(folder);
    var best = double.MaxValue;
    for (var pass = 0; pass < Passes; pass++)
    {
        var start = Stopwatch.GetTimestamp();
        foreach (var path in paths)
        {
            using var file = TensorFile.Open(path);
            foreach (var entry in file.Tensors)
            {
                file.Read(entry, values.AsSpan(0, (int)entry.Shape.ElementCount));
            }
        }

        best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    Console.WriteLine(FormattableString.Invariant($"{Path.GetFileName(folder)} {best * 1e6 / paths.Length:F1}"));
}
