using PerceptualEval.Inference;

namespace PerceptualEval.Tests.Inference;

public sealed class ExecutionDeviceTests
{
    [Theory]
    [InlineData("auto", true, null, "auto")]
    [InlineData("cpu", false, null, "cpu")]
    [InlineData("cuda", false, 0, "cuda:0")]
    [InlineData("cuda:0", false, 0, "cuda:0")]
    [InlineData("cuda:7", false, 7, "cuda:7")]
    [InlineData("cuda:007", false, 7, "cuda:7")]
    public void Parse_Device_IsReadAndWrittenBack(string text, bool isAuto, int? cudaDevice, string written)
    {
        var device = ExecutionDevice.Parse(text);

        Assert.Equal(isAuto, device.IsAuto);
        Assert.Equal(cudaDevice, device.CudaDevice);
        Assert.Equal(written, device.ToString());
        Assert.Equal(device, ExecutionDevice.Parse(written));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("CPU")]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:+1")]
    [InlineData("cuda: 1")]
    [InlineData("cuda:1.0")]
    [InlineData("cuda:99999999999")]
    [InlineData("cuda1")]
    public void Parse_AnythingElse_IsRefusedWithWhatIsExpected(string? text)
    {
        var exception = Assert.Throws<ArgumentException>(() => ExecutionDevice.Parse(text!));

        Assert.Contains($"device '{text}'; expected auto, cpu, cuda or cuda:N", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Default_IsTheCpu() => Assert.Equal(ExecutionDevice.Cpu, default);

    [Fact]
    public void Cuda_NegativeNumber_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => ExecutionDevice.Cuda(-1));

    [Fact]
    public void ExecutionOptions_NegativeThreads_AreRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExecutionOptions(ExecutionDevice.Cpu, -1));
}
