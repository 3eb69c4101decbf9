using PerceptualEval.Cli.Datasets.Reading;
using PerceptualEval.TensorFiles;

namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>Tensors of nobody in particular: every tensor of the file is a latent, or a batch of them, in units that the user or the decoder says.</summary>
internal sealed class PlainFormat : LatentFormat
{
    private static readonly UnitStatement Unstated = new(null, "the file does not say; taken to be what the decoder expects", MayDefault: true);

    private static readonly UnitStatement Folded = UnitStatement.Model("2x2 cells folded into channels are what FLUX.2 trains on; its VAE returns none");

    public override string Name => "plain";

    public override string Writer => "plain tensors";

    public override RecognisedFile Recognise(LatentFile file) => Found([.. file.Tensors.Select(tensor => new StoredLatent(tensor, tensor.Name, LayoutOf(file.Reading), IsFolded(tensor, file.Reading) ? Folded : Unstated)
    {
        Posterior = IsPosterior(tensor, file.Reading) ? PosteriorForm.Unknown : PosteriorForm.None,
    })]);

    /// <summary>The layout that the user says where a file does not.</summary>
    public static LatentLayout LayoutOf(LatentReading reading) => reading.Layout switch
    {
        SampleLayout.Image => LatentLayout.Image,
        SampleLayout.ChannelsFrames => LatentLayout.ChannelsFirst,
        _ => LatentLayout.FramesFirst,
    };

    private static bool IsFolded(TensorEntry tensor, LatentReading reading) =>
        tensor.Shape.Rank is 3 or 4 && reading.Layout == SampleLayout.Image && LatentGeometry.IsFolded(reading.Space, tensor.Shape[^3]);

    // Never by shape alone: a 32-channel latent of FLUX.2 is no posterior of FLUX.1.
    private static bool IsPosterior(TensorEntry tensor, LatentReading reading) =>
        reading.Posterior is not null && reading.Space is { } space && tensor.Shape.Rank >= 3 && tensor.Shape[reading.Layout == SampleLayout.ChannelsFrames && tensor.Shape.Rank > 3 ? ^4 : ^3] == 2 * space.Channels;
}
