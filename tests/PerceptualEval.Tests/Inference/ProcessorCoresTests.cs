using PerceptualEval.Inference;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Tests.Inference;

public sealed class ProcessorCoresTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    // Eight CPUs on four cores, as a desktop has them: n and n + 4 share one.
    [Theory]
    [InlineData("0-7", 8, 4)]
    [InlineData("0,4", 8, 1)]
    [InlineData("0-2,6", 8, 3)]
    [InlineData("0-7", 2, 2)]
    public void Count_CpusThatShareCores_CountsCoresUpToTheLimit(string allowed, int limit, int expected)
    {
        for (var cpu = 0; cpu < 8; cpu++)
        {
            Directory.CreateDirectory(_folder[$"cpu{cpu}/topology"]);
            File.WriteAllText(_folder[$"cpu{cpu}/topology/thread_siblings_list"], $"{cpu % 4},{(cpu % 4) + 4}\n");
        }

        Assert.Equal(expected, ProcessorCores.Count(_folder.Root, Status($"Name:\tx\nCpus_allowed_list:\t{allowed}\n"), limit));
    }

    [Theory]
    [InlineData("Cpus_allowed_list:\t0-7\n")]
    [InlineData("Cpus_allowed_list:\tall\n")]
    [InlineData("Name:\tx\n")]
    public void Count_FilesThatDoNotTell_IsUnknown(string status) => Assert.Null(ProcessorCores.Count(_folder.Root, Status(status), 8));

    public void Dispose() => _folder.Dispose();

    private string Status(string text)
    {
        File.WriteAllText(_folder["status"], text);
        return _folder["status"];
    }
}
