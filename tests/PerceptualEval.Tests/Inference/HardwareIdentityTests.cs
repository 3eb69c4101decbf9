using PerceptualEval.Inference;
using PerceptualEval.Inference.Caching;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Tests.Inference;

public sealed class HardwareIdentityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void GpusOf_DriversFolder_IsItsVersionAndTheModels()
    {
        Directory.CreateDirectory(_folder["gpus/0000:01:00.0"]);
        Directory.CreateDirectory(_folder["gpus/0000:02:00.0"]);
        File.WriteAllText(_folder["version"], "NVRM version: 570.1");
        File.WriteAllText(_folder["gpus/0000:02:00.0/information"], "Model: \t second\nIRQ: 2\n");
        File.WriteAllText(_folder["gpus/0000:01:00.0/information"], "Model: \t first\nIRQ: 1\n");

        Assert.Equal("NVRM version: 570.1\nModel: \t first\nModel: \t second", HardwareIdentity.GpusOf(_folder.Root));
    }

    [Fact]
    public void GpusOf_NoDriver_IsNull() => Assert.Null(HardwareIdentity.GpusOf(_folder["none"]));

    [Fact]
    public void Of_Devices_AreTheCpuAndMore()
    {
        var cpu = HardwareIdentity.Of(ExecutionDevice.Cpu);

        Assert.NotEmpty(cpu);
        Assert.StartsWith(cpu + '\n', HardwareIdentity.Of(ExecutionDevice.Cuda()), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
