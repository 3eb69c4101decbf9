using System.Text.RegularExpressions;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>ai-toolkit: <c>_latent_cache/image_{hash}.safetensors</c>.</summary>
/// <remarks>Written by <c>toolkit/dataloader_mixins.py</c>; the hash is the MD5 of the cache's settings, base64 without padding.</remarks>
internal sealed partial class AiToolkitFormat : LatentFormat
{
    private const string CacheFolder = "_latent_cache";

    public override string Name => "ai-toolkit";

    public override string Writer => "ai-toolkit";

    public override SourceId? Source(CacheFileName file)
    {
        if (!file.Has(".safetensors") || !file.FolderName.SequenceEqual(CacheFolder) || !Hash().IsMatch(file.Id))
        {
            return null;
        }

        // The folder lies beside the images; a dataset may be the folder itself or what is above.
        var id = file.Id;
        var slash = id.LastIndexOf('/');
        var folder = slash < 0 ? "" : id[..(slash + 1)];
        if (folder == CacheFolder + "/" || folder.EndsWith("/" + CacheFolder + "/", StringComparison.Ordinal))
        {
            folder = folder[..^(CacheFolder.Length + 1)];
        }

        var name = id[(slash + 1)..];
        return new SourceId(folder + Hash().Replace(name, ""), folder + name);
    }

    public override RecognisedFile? Recognise(LatentFile file)
    {
        if (file.Container != "safetensors" || file.Find("latent") is not { } tensor
            || (!file.Metadata.ContainsKey("latent_space_version") && file.FolderName != CacheFolder && !IsForced(file)))
        {
            return null;
        }

        if (tensor.Type == ElementType.UInt8)
        {
            throw file.Refuse("stored as UInt8: an ai-toolkit cache of a model that works on pixels, no latents. Give latents, or the pictures where images are compared.", tensor);
        }

        var space = file.Metadata.GetValueOrDefault("latent_space_version", "unknown");
        List<StoredLatent> latents =
        [
            new(tensor, file.Metadata.GetValueOrDefault("flip_x") is "True" or "true" ? StoredLatent.Flipped : "", ImageOrVideo(tensor),
                UnitStatement.Model($"ai-toolkit scales latents (space '{space}') when it caches", FamilyOf(space))),
        ];
        return Found(latents) with { Facts = file.Metadata };
    }

    private static LatentSpace? FamilyOf(string space) => space switch
    {
        "sd1" or "sd2" => LatentFamily.Sd,
        "sdxl" => LatentFamily.Sdxl,
        "sd3" => LatentFamily.Sd3,
        "flux1" => LatentFamily.Flux,
        _ => null,
    };

    [GeneratedRegex("_[A-Za-z0-9_-]{22}$", RegexOptions.CultureInvariant)]
    private static partial Regex Hash();
}
