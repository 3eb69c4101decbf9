using System.Text.RegularExpressions;

namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>What trainers cache of text encoders: never latents. Folders are listed without them; given by name they are refused.</summary>
internal sealed partial class TextEncoderFormat : LatentFormat
{
    // Keys of sd-scripts, finetrainers, LTX-Video-Trainer and diffusion-pipe.
    private static readonly string[] Keys = ["hidden_state1", "lg_out", "l_pooled", "t5_out", "prompt_embeds", "encoder_hidden_states"];

    public override string Name => "text-encoder";

    public override string Writer => "text-encoder caches";

    public override bool Skips(CacheFileName file) =>
        ((file.Name.EndsWith("_te") || file.Name.EndsWith("_te_outputs")) && (file.Has(".npz") || file.Has(".safetensors")) && OfKohyaOrMusubi().IsMatch(file.Name))
        || (file.Has(".pt") && OfFinetrainers().IsMatch(file.Name));

    public override RecognisedFile? Recognise(LatentFile file)
    {
        var isOne = Skips(new CacheFileName(file.Path, file.Stem))
            || (Keys.Any(key => file.Has(key)) && !file.Tensors.Any(tensor => tensor.Name.StartsWith("latent", StringComparison.Ordinal)));
        return isOne ? throw file.Refuse("is a text-encoder cache, which holds no latents. Give the cache of the VAE.") : null;
    }

    // a_te_outputs.npz, a_flux_te.npz, a_wan_te.safetensors, a_sdxl_225_te.safetensors.
    [GeneratedRegex("_te_outputs$|_(?:sd|sdxl|sd3|flux|lumina|hi|anima|hv|hv15|wan|fp|fk|f2d|f2k4b|f2k9b|qi|qie|qil|kr2|zi|k5|ho1)(?:_[0-9]+)?_te$", RegexOptions.CultureInvariant)]
    private static partial Regex OfKohyaOrMusubi();

    // condition-0.pt; Mochi's a.embed.pt.
    [GeneratedRegex("^condition-[0-9]+$|\\.embed$", RegexOptions.CultureInvariant)]
    private static partial Regex OfFinetrainers();
}
