using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary>Command lines that mean nothing: one line that says what was typed and what would do.</summary>
public sealed class UsageTests(ToolModels models)
{
    [Theory]
    [InlineData("", "no command was given; expected demo, score, distance, decode, encode, ", "'perceptual-eval --help'")]
    [InlineData("nosuch --pred x", "unknown command 'nosuch'; expected demo, score,", "'perceptual-eval --help'")]
    [InlineData("--nosuch", "unknown command '--nosuch'", "'perceptual-eval --help'")]
    [InlineData("build", "no command was given; expected decoder, encoder, lpips", "'perceptual-eval build --help'")]
    [InlineData("build vae x", "unknown command 'vae'; expected decoder, encoder, lpips", "'perceptual-eval build --help'")]
    [InlineData("score --nosuch 1", "unknown option '--nosuch'", "'perceptual-eval score --help'")]
    [InlineData("models extra", "unexpected argument 'extra'", "'perceptual-eval models --help'")]
    [InlineData("distance a b c --lpips x", "unexpected argument 'c'", "'perceptual-eval distance --help'")]
    [InlineData("decode", "missing: --out, LATENTS", "'perceptual-eval decode --help'")]
    [InlineData("distance a --lpips x", "missing: B", "'perceptual-eval distance --help'")]
    [InlineData("build lpips --net vgg", "missing: --backbone, --name", "'perceptual-eval build lpips --help'")]
    [InlineData("build decoder x", "missing: --name", "'perceptual-eval build decoder --help'")]
    [InlineData("doctor --models", "'--models'", "'perceptual-eval doctor --help'")]
    [InlineData("score --pred a --pred b --decoder d --lpips l", "'--pred'", "2 were provided")]
    public async Task Parse_CommandLineThatMeansNothing_IsRefusedInOneLine(string arguments, params string[] expected) =>
        (await Tool.Run(Split(arguments))).RefusedInput(expected);

    [Theory]
    [InlineData("--threads 0", "--threads 0: expected a whole number of at least 1")]
    [InlineData("--threads many", "--threads many: expected a whole number of at least 1")]
    [InlineData("--batch 0", "--batch 0: expected a whole number of at least 1")]
    [InlineData("--batch automatic", "--batch automatic: expected a whole number of at least 1, or auto")]
    [InlineData("--batch 2.5", "--batch 2.5: expected a whole number of at least 1")]
    [InlineData("--batch 99999999999", "--batch 99999999999: expected a whole number of at least 1")]
    [InlineData("--latent-weight -1", "--latent-weight -1: expected a finite number of at least 0")]
    [InlineData("--perceptual-weight NaN", "--perceptual-weight NaN: expected a finite number of at least 0")]
    [InlineData("--input-weight 1e999", "--input-weight 1e999: expected a finite number of at least 0")]
    [InlineData("--fail-above x", "--fail-above x: expected a finite number")]
    [InlineData("--batch 0 --threads 0", "--batch 0", "--threads 0")]
    [InlineData("--resize both", "--resize both: expected none, image or decoded")]
    [InlineData("--units latents", "--units latents: expected raw or model")]
    public async Task Score_OptionOutOfRange_IsRefusedByName(string arguments, params string[] expected) =>
        (await Score(["--pred", "p.npy", "--target", "t.npy", .. Split(arguments)])).RefusedInput(expected);

    [Theory]
    [InlineData("", "--pred and --target are missing")]
    [InlineData("--pred p.npy", "--target is missing")]
    [InlineData("--pairs p.csv --pred p.npy", "--pairs 'p.csv' names all files", "Leave out one or the other")]
    public async Task Score_WithoutItsFiles_IsRefused(string arguments, params string[] expected) =>
        (await Score(Split(arguments))).RefusedInput(expected);

    [Fact]
    public async Task Score_PathThatBeginsWithAt_IsAPath() =>
        (await Score("--pred", "@p.npy", "--target", "@t.npy")).RefusedInput("'@t.npy'", "no such file");

    [Theory]
    [InlineData("")]
    [InlineData("score")]
    [InlineData("distance")]
    [InlineData("decode")]
    [InlineData("encode")]
    [InlineData("build")]
    [InlineData("build lpips")]
    [InlineData("models")]
    [InlineData("doctor")]
    public async Task Help_EachVerb_GoesToStandardOutput(string verb)
    {
        var help = (await Tool.Run([.. Split(verb), "--help"])).Succeeded().Output;

        Assert.Contains($"perceptual-eval {verb}".TrimEnd() + " ", help, StringComparison.Ordinal);
        Assert.Contains("Options:", help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_Tool_IsThatOfItsResults() =>
        Assert.Equal(ToolVersion.Text + "\n", (await Tool.Run("--version")).Succeeded().Output);

    [Theory]
    [InlineData("--device nonsense", "--device nonsense: expected auto, cpu, cuda or cuda:N")]
    [InlineData("--device cuda:-1", "--device cuda:-1: expected auto, cpu, cuda or cuda:N")]
    [InlineData("--device cpu --precision tf32", "--precision tf32 is for CUDA; this runs on the CPU")]
    [InlineData("--precision fp16", "has no graph in float16", "build float16 '")]
    [InlineData("--precision half", "--precision half: expected fp32, tf32 or fp16")]
    [InlineData("--provider-library nosuch.so", "--provider-library 'nosuch.so': there is no such file")]
    [InlineData("--provider Some", "--provider Some: there is no library")]
    [InlineData("--device cpu --provider-library z.npy", "--device cpu and --provider-library exclude each other")]
    [InlineData("--provider-library z.npy", "z.npy' can't be used")]
    public async Task Execution_ThatCantBe_IsRefused(string options, params string[] expected)
    {
        using var folder = new TemporaryFolder();
        await models.BuildDecoder();

        (await Tool.RunIn(
            folder.Root, ["decode", folder.Latent("z.npy"), "--decoder", ToolModels.Decoder, "--models", models.Folder, "--out", folder["out"], .. Split(options)]))
            .RefusedInput(expected);
    }

    [Fact]
    public async Task Device_CudaWhereThereIsNone_SaysWhatIsMissingAndHowToGetIt()
    {
        Assert.SkipWhen(Inference.InferenceRuntime.CudaProblem() is null, "needs a machine without CUDA");
        using var folder = new TemporaryFolder();
        await models.BuildDecoder();

        (await Tool.Run(
            "decode", folder.Latent("z.npy"), "--decoder", ToolModels.Decoder, "--models", models.Folder, "--out", folder["out"], "--device", "cuda:0"))
            .RefusedInput("device 'cuda:0'", Inference.InferenceRuntime.CudaProblem()!, "--device cpu");
    }

    private async Task<ToolRun> Score(params string[] arguments)
    {
        await Task.WhenAll(models.BuildDecoder(), models.BuildLpips());
        return await Tool.Run(["score", "--decoder", ToolModels.Decoder, "--lpips", ToolModels.Lpips, "--models", models.Folder, .. arguments]);
    }

    private static string[] Split(string arguments) => arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
