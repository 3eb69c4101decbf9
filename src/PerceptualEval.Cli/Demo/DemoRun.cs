using PerceptualEval.Cli.Images;
using PerceptualEval.Cli.Results;
using PerceptualEval.Cli.Verbs;
using PerceptualEval.Inference;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Demo;

/// <summary>
/// What <c>demo</c> does: pictures → latents → two checkpoints' predictions → scores. It writes what a user of the tool would have:
/// <c>images/</c>, <c>latents/target/</c>, <c>latents/CHECKPOINT/</c>; and <c>side-by-side/</c>.
/// </summary>
/// <param name="encoder">Encodes the pictures; stays the caller's.</param>
/// <param name="loss">Scores the predictions; stays the caller's.</param>
/// <param name="folder">The folder for everything.</param>
internal sealed class DemoRun(ImageEncoder encoder, LatentPerceptualLoss loss, string folder)
{
    private static readonly ImageSize Size = new(DemoScene.Side, DemoScene.Side);

    private readonly Dictionary<DemoCheckpoint, LossAccumulator> _summaries = DemoCheckpoint.All.ToDictionary(checkpoint => checkpoint, _ => new LossAccumulator());

    /// <summary>Makes and scores every sample.</summary>
    /// <returns>Per scene, the losses of the checkpoints in their order; and the checkpoints' summaries.</returns>
    /// <exception cref="OutputException">A file can't be written.</exception>
    /// <exception cref="OperationCanceledException">The run was interrupted.</exception>
    public (IReadOnlyList<(string Scene, SampleLoss[] Losses)> Samples, IReadOnlyList<(string Checkpoint, LossSummary Summary)> Summaries) Score(CancellationToken interrupt)
    {
        var samples = new List<(string, SampleLoss[])>();
        foreach (var (index, scene) in DemoScene.All.Index())
        {
            interrupt.ThrowIfCancellationRequested();
            samples.Add((scene.Name, Score(scene, index)));
        }

        return (samples, [.. _summaries.Select(summary => (summary.Key.Name, summary.Value.Compute()))]);
    }

    private SampleLoss[] Score(DemoScene scene, int index)
    {
        using var image = TensorBuffer.CopyOf(new TensorShape(1, 3, Size.Height, Size.Width), scene.Render());
        using var target = encoder.Encode(image);
        OutputFile.WritePng(PathOf("images", $"{scene.Name}.png"), image.Span, Size);
        WriteLatent("target", scene, target);
        using var prepared = loss.Prepare(target);
        using var decoded = loss.Decoder.Decode(target);
        var pictures = new List<float[]> { image.Sample(0).ToArray(), decoded.Sample(0).ToArray() };
        var losses = new List<SampleLoss>();
        foreach (var checkpoint in DemoCheckpoint.All)
        {
            using var predicted = checkpoint.Predict(target, seed: index);
            WriteLatent(checkpoint.Name, scene, predicted);
            losses.Add(loss.Score(predicted, prepared)[0]);
            _summaries[checkpoint].Update(losses[^1]);
            using var picture = loss.Decoder.Decode(predicted);
            pictures.Add(picture.Sample(0).ToArray());
        }

        SideBySide.Write(PathOf("side-by-side", $"{scene.Name}.png"), pictures, Size);
        return [.. losses];
    }

    private void WriteLatent(string who, DemoScene scene, TensorBuffer latent) =>
        OutputFile.WriteNpy(PathOf(Path.Combine("latents", who), $"{scene.Name}.npy"), new TensorShape(latent.Shape.Dimensions[1..]), latent.Sample(0));

    private string PathOf(string subfolder, string file)
    {
        var path = Path.Combine(folder, subfolder);
        try
        {
            Directory.CreateDirectory(path);
            return Path.Combine(path, file);
        }
        catch (Exception exception) when (OutputException.IsCause(exception))
        {
            throw OutputException.Because(path, exception, whileRunning: true);
        }
    }
}
