using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary>What <c>compare</c> can't compare is refused in one line, before anything is scored.</summary>
public sealed class CompareRefusalTests : IDisposable
{
    private readonly ToolModels _models;
    private readonly TemporaryFolder _folder = new();

    public CompareRefusalTests(ToolModels models)
    {
        _models = models;
        _folder.Npy("t.npy", FormulaTensors.Latents("t", 64), 4, 4, 4);
        _folder.Npy("small.npy", FormulaTensors.Latents("t", 48), 4, 3, 4);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--target t.npy", "no checkpoints were given", "--pred NAME=PATH")]
    [InlineData("--target t.npy --pred t.npy", "--pred t.npy: expected NAME=PATH")]
    [InlineData("--target t.npy --pred =t.npy", "--pred =t.npy: expected NAME=PATH")]
    [InlineData("--target t.npy --pred a=", "--pred a=: expected NAME=PATH")]
    [InlineData("--target t.npy --pred a=t.npy --pred a=small.npy", "two checkpoints are called 'a'", "'t.npy', 'small.npy'")]
    [InlineData("--pred a=t.npy", "--target is missing")]
    [InlineData("--target t.npy --pred a=t.npy --baseline b", "--baseline b: expected one of a")]
    [InlineData("--target t.npy --pred a=t.npy --fail-if-worse-than b", "--fail-if-worse-than b", "a")]
    [InlineData("--target t.npy --pred a=nosuch.npy", "--pred a 'nosuch.npy'", "no such file")]
    [InlineData("--target t.npy --pred a=t.npy --pred b=small.npy", "'small.npy': shape [4,3,4]", "(--pred b)", "expected equal shapes")]
    [InlineData("--pairs x.csv --target t.npy", "--pairs 'x.csv' names all files; --target can't be given")]
    [InlineData("--target t.npy --runs t.npy", "--runs t.npy: expected a pattern with a '*'")]
    [InlineData("--target t.npy --runs no*such", "--runs no*such: nothing fits")]
    [InlineData("--target t.npy --pred a=t.npy --input-weight 1", "--input-weight 1 needs images")]
    [InlineData("--target t.npy --pred a=t.npy --cache t.npy", "--cache 't.npy': expected a folder")]
    [InlineData("--target t.npy --pred a=t.npy --cache-size 3", "--cache-size 3: there is no cache. Give --cache DIR")]
    [InlineData("--target t.npy --pred a=t.npy --cache c --cache-size 0", "--cache-size 0: expected a whole number of at least 1")]
    [InlineData("--target t.npy --pred a=t.npy --out x.txt", "'x.txt'", ".parquet")]
    [InlineData("--target t.npy --pred a=t.npy --junit no/such.xml", "'no/such.xml'", "no folder")]
    [InlineData("--target t.npy --pred a=t.npy --summary no/such.md", "'no/such.md'", "no folder")]
    public async Task Compare_WhatCantBeCompared_IsRefused(string arguments, params string[] expected) =>
        (await Run([.. arguments.Split(' '), "--decoder", ToolModels.Decoder])).RefusedInput(expected);

    [Theory]
    [InlineData("--decoders taesd --pred t.npy --images t.npy", "--decoders taesd: expected two or more")]
    [InlineData("--decoders taesd,taesd --pred t.npy --images t.npy", "expected two or more different decoders")]
    [InlineData("--decoders taesd,nosuch --pred t.npy", "Give --pred LATENTS once, and --images")]
    [InlineData("--decoders taesd,nosuch --pred t.npy --images t.npy --target t.npy", "--target has no meaning with --decoders")]
    [InlineData("--decoders taesd,nosuch --pairs x.csv", "--pairs has no meaning with --decoders")]
    [InlineData("--decoders taesd,nosuch --pred t.npy --images t.npy --latent-weight 1", "--latent-weight has no meaning with --decoders")]
    [InlineData("--decoders taesd,nosuch --pred t.npy --images t.npy --cache c", "--cache has no meaning with --decoders")]
    public async Task Compare_DecodersThatCantBeCompared_IsRefused(string arguments, params string[] expected) =>
        (await Run(arguments.Split(' '))).RefusedInput(expected);

    // Paths are relative to the folder, where they name files of it.
    private Task<ToolRun> Run(string[] arguments) => _models.RunIn(_folder.Root, ["compare", .. arguments, "--lpips", ToolModels.Lpips]);
}
