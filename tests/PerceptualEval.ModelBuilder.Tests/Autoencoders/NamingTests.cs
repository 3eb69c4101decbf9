using System.Text.Json;
using System.Text.RegularExpressions;
using PerceptualEval.ModelBuilder.Tests.Checkpoints;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Autoencoders;

/// <summary>Whatever a checkpoint calls its tensors and however it is stored: the same weights give the same bytes.</summary>
public sealed class NamingTests : IDisposable
{
    private const string Kl = "autoencoder_kl.safetensors";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("first_stage_model.")]
    [InlineData("vae.")]
    [InlineData("")]
    [InlineData("state_dict/first_stage_model.")]
    public void AutoencoderKl_LdmNames_GiveTheSameGraph(string prefix)
    {
        var ldm = Weights.Read(Golden.Path(Kl)).Renamed(name => prefix + Ldm(name));
        foreach (var name in ldm.Keys.Where(name => name.Contains(".attn_1.", StringComparison.Ordinal) && ldm[name].Shape.Length == 2).ToArray())
        {
            ldm[name] = ([.. ldm[name].Shape, 1, 1], ldm[name].Values);
        }

        ldm["model.diffusion_model.time_embed.0.weight"] = ([1], [0]);
        ldm[$"{prefix}loss.logvar"] = ([], [0]);

        AssertSameGraph(ldm.Save(_folder["ldm.safetensors"]));
    }

    [Fact]
    public void AutoencoderKl_OldAttentionNamesAndPrefix_GiveTheSameGraph()
    {
        var old = Weights.Read(Golden.Path(Kl)).Renamed(name => "vae." + name
            .Replace("to_q", "query", StringComparison.Ordinal).Replace("to_k", "key", StringComparison.Ordinal)
            .Replace("to_v", "value", StringComparison.Ordinal).Replace("to_out.0", "proj_attn", StringComparison.Ordinal));

        AssertSameGraph(old.Save(_folder["old.safetensors"]));
    }

    [Fact]
    public void AutoencoderKl_QuantConvInside_GivesTheSameGraph()
    {
        var flux = Weights.Read(Golden.Path(Kl)).Renamed(name => Ldm(name)
            .Replace("post_quant_conv", "decoder.post_quant_conv", StringComparison.Ordinal));

        AssertSameGraph(flux.Save(_folder["flux.safetensors"]));
    }

    [Theory]
    [InlineData("vae/")]
    [InlineData("")]
    public void AutoencoderKl_ShardedFolder_GivesTheSameGraph(string subfolder)
    {
        var weights = Weights.Read(Golden.Path(Kl));
        var map = weights.Keys.Select((name, i) => (name, File: $"diffusion_pytorch_model-0000{(i % 2) + 1}-of-00002.safetensors")).ToDictionary(item => item.name, item => item.File);
        foreach (var file in map.Values.Distinct())
        {
            weights.Renamed(name => map[name] == file ? name : null).Save(_folder[$"sd/{subfolder}{file}"]);
        }

        _folder.Text($"sd/{subfolder}diffusion_pytorch_model.safetensors.index.json", JsonSerializer.Serialize(new { weight_map = map }));
        File.Copy(Golden.Path("autoencoder_kl.json"), _folder[$"sd/{subfolder}config.json"]);

        Assert.Equal(Expected(), Golden.DecoderGraph(_folder["sd"], _folder.Root));
    }

    [Theory]
    [InlineData("taesd.safetensors")]
    [InlineData("taesd_pooled.safetensors")]
    [InlineData("taesd_f32.safetensors")]
    public void Taesd_DiffusersBareAndPrefixedNames_GiveTheSameGraph(string golden)
    {
        var expected = Golden.DecoderGraph(Golden.Path(golden), _folder.Root);
        var original = Weights.Read(Golden.Path(golden));
        var bare = original.Renamed(name => name.StartsWith("decoder.", StringComparison.Ordinal) ? name["decoder.".Length..] : null);
        var diffusers = original.Renamed(name => Regex.Replace(name, @"^(de|en)coder\.(\d+)\.", match =>
            $"{match.Groups[1]}coder.layers.{int.Parse(match.Groups[2].Value, null) - (match.Groups[1].Value == "de" ? 1 : 0)}."));

        Assert.Equal(expected, Golden.DecoderGraph(bare.Save(_folder["bare.safetensors"]), _folder.Root));
        Assert.Equal(expected, Golden.DecoderGraph(bare.Renamed(name => $"taesd_decoder.{name}").Save(_folder["prefixed.safetensors"]), _folder.Root));
        Assert.Equal(expected, Golden.DecoderGraph(diffusers.Save(_folder["diffusers.safetensors"]), _folder.Root));
    }

    private byte[] Expected() => Golden.DecoderGraph(Golden.Path(Kl), _folder.Root, new BuildOptions { ConfigPath = Golden.Path("autoencoder_kl.json") });

    private void AssertSameGraph(string path) =>
        Assert.Equal(Expected(), Golden.DecoderGraph(path, _folder.Root, new BuildOptions { ConfigPath = Golden.Path("autoencoder_kl.json") }));

    // The two levels of the golden: ldm counts the decoder's from the image.
    private static string Ldm(string name)
    {
        name = Regex.Replace(name, @"decoder\.up_blocks\.(\d)\.resnets\.(\d)", match => $"decoder.up.{1 - int.Parse(match.Groups[1].Value, null)}.block.{match.Groups[2]}");
        name = Regex.Replace(name, @"decoder\.up_blocks\.(\d)\.upsamplers\.0", match => $"decoder.up.{1 - int.Parse(match.Groups[1].Value, null)}.upsample");
        name = Regex.Replace(name, @"encoder\.down_blocks\.(\d)\.resnets\.(\d)", "encoder.down.$1.block.$2");
        name = Regex.Replace(name, @"encoder\.down_blocks\.(\d)\.downsamplers\.0", "encoder.down.$1.downsample");
        name = name.Replace("mid_block.resnets.0", "mid.block_1", StringComparison.Ordinal).Replace("mid_block.resnets.1", "mid.block_2", StringComparison.Ordinal);
        name = name.Replace("conv_shortcut", "nin_shortcut", StringComparison.Ordinal).Replace("conv_norm_out", "norm_out", StringComparison.Ordinal);
        return name.Replace("mid_block.attentions.0.group_norm", "mid.attn_1.norm", StringComparison.Ordinal)
            .Replace("mid_block.attentions.0.to_out.0", "mid.attn_1.proj_out", StringComparison.Ordinal)
            .Replace("mid_block.attentions.0.to_", "mid.attn_1.", StringComparison.Ordinal);
    }
}
