using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using PerceptualEval.Benchmarks;

if (args is ["fma-peak", .. var threads])
{
    var count = threads is [var text] ? int.Parse(text, CultureInfo.InvariantCulture) : Environment.ProcessorCount;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{FmaPeak.Measure(count):F0} GFLOP/s with {count} threads"));
    return;
}

if (args is ["sessions", var decoder, var lpips, var pairs])
{
    Console.WriteLine(BareSessions.Measure(decoder, lpips, int.Parse(pairs, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture));
    return;
}

// In this process: the native runtime and the models are loaded once, and one build serves all.
var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(2).WithIterationCount(9).WithInvocationCount(1).WithUnrollFactor(1);
try
{
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, ManualConfig.CreateEmpty()
        .AddJob(job)
        .AddDiagnoser(new MemoryDiagnoser(new MemoryDiagnoserConfig(displayGenColumns: false)))
        .AddColumnProvider(DefaultColumnProviders.Instance)
        .AddColumn(StatisticColumn.Median, StatisticColumn.Min)
        .AddLogger(ConsoleLogger.Default)
        .AddExporter(MarkdownExporter.GitHub)
        .HideColumns(Column.Error, Column.StdDev, Column.RatioSD, Column.AllocRatio));
}
finally
{
    BenchmarkModels.Delete();
}
