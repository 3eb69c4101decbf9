using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Images;
using PerceptualEval.Cli.Results;
using PerceptualEval.Cli.Verbs;
using PerceptualEval.Inference;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Demo;

/// <summary>
/// The files of <c>demo</c>, as a user of the tool would have them: <c>images/</c>, <c>latents/target/</c> and <c>latents/CHECKPOINT/</c>,
/// and the page that is made of them.
/// </summary>
/// <param name="folder">The folder for everything.</param>
internal sealed class DemoFiles(string folder)
{
    private const string TargetName = "target";

    private static readonly ImageSize Size = new(DemoScene.Side, DemoScene.Side);

    /// <summary>The folder of the pictures.</summary>
    public string Images => Path.Combine(folder, "images");

    /// <summary>The folder of the encoded pictures.</summary>
    public string Target => Latents(TargetName);

    /// <summary>The page.</summary>
    public string Report => Path.Combine(folder, "report.html");

    /// <summary>The folder of a checkpoint's predictions.</summary>
    public string Predictions(DemoCheckpoint checkpoint) => Latents(checkpoint.Name);

    /// <summary>Draws and encodes every picture, and predicts its latent as each checkpoint would.</summary>
    /// <param name="encoder">Encodes the pictures; stays the caller's.</param>
    /// <param name="interrupt">Stops between two pictures.</param>
    /// <exception cref="OutputException">A file can't be written.</exception>
    /// <exception cref="OperationCanceledException">The run was interrupted.</exception>
    public void Write(ImageEncoder encoder, CancellationToken interrupt)
    {
        MakeFolders();
        foreach (var (index, scene) in DemoScene.All.Index())
        {
            interrupt.ThrowIfCancellationRequested();
            using var image = TensorBuffer.CopyOf(new TensorShape(1, 3, Size.Height, Size.Width), scene.Render(seed: index));
            using var target = encoder.Encode(image);
            OutputFile.WritePng(Path.Combine(Images, $"{scene.Name}.png"), image.Span, Size);
            WriteLatent(Target, scene, target);
            foreach (var checkpoint in DemoCheckpoint.All)
            {
                using var predicted = checkpoint.Predict(target, seed: index);
                WriteLatent(Predictions(checkpoint), scene, predicted);
            }
        }
    }

    /// <summary>Opens what was written: a sample per picture, with target, the checkpoints' predictions and the picture.</summary>
    public Dataset Open() => Dataset.OpenCheckpoints(
        Target, DemoCheckpoint.All.Select(checkpoint => (checkpoint.Name, Predictions(checkpoint))), Images, new DatasetRules(), LatentReading.Default, LatentReading.Default);

    private string Latents(string who) => Path.Combine(folder, "latents", who);

    private void MakeFolders()
    {
        foreach (var path in (string[])[Images, Target, .. DemoCheckpoint.All.Select(Predictions)])
        {
            _ = new OutputFolder(path);
        }
    }

    private static void WriteLatent(string where, DemoScene scene, TensorBuffer latent) =>
        OutputFile.WriteNpy(Path.Combine(where, $"{scene.Name}.npy"), new TensorShape(latent.Shape.Dimensions[1..]), latent.Sample(0));
}
