using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.ModelBuilder.Encoders;
using PerceptualEval.ModelBuilder.Tests.Autoencoders;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Checkpoints;

/// <summary>What is no decoder of ours is refused, and the message says what it is or what is wrong with it.</summary>
public sealed class RefusedCheckpointTests : IDisposable
{
    private const string Kl = "autoencoder_kl.safetensors";

    private static readonly BuildOptions WithConfig = new() { ConfigPath = Golden.Path("autoencoder_kl.json") };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight", "a LoRA")]
    [InlineData("down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_k.weight", "a UNet")]
    [InlineData("model.diffusion_model.input_blocks.0.0.weight", "without its VAE")]
    [InlineData("double_blocks.0.img_attn.qkv.weight", "a diffusion transformer")]
    [InlineData("text_model.encoder.layers.0.self_attn.k_proj.weight", "a text encoder")]
    [InlineData("encoder.block.0.layer.0.SelfAttention.k.weight", "a text encoder")]
    [InlineData("controlnet_cond_embedding.conv_in.weight", "a ControlNet")]
    [InlineData("lin0.model.1.weight", "LPIPS heads")]
    [InlineData("features.0.weight", "an image classification backbone")]
    [InlineData("decoder.middle.0.residual.0.gamma", "Wan")]
    [InlineData("decoder.mid_block.resnets.0.norm1.gamma", "Qwen-Image")]
    [InlineData("vae.decoder.last_scale_shift_table", "LTX-Video")]
    [InlineData("decoder.stages.1.op_list.0.main.conv.conv.bias", "DC-AE")]
    [InlineData("decoder.mid_block.resnets.0.conv1.conv.weight", "HunyuanVideo")]
    [InlineData("decoder.block_in.resnets.0.norm1.norm_layer.weight", "Mochi")]
    [InlineData("decoder.unpatcher3d.wavelets", "Cosmos")]
    [InlineData("decoder.conv_in.conv_s.weight", "Cosmos")]
    [InlineData("decoder.mid_block.convs.0.conv1.conv.weight", "MAGVIT")]
    [InlineData("decoder.7.conv.weight", "TAEHV")]
    [InlineData("some.thing", "some.thing")]
    public void Build_ForeignCheckpoint_SaysWhatItLooksLike(string tensor, string expected)
    {
        var path = Weights.Of((tensor, [4, 4, 3, 3])).Save(_folder["foreign.safetensors"]);

        var message = Refused(() => DecoderBuilder.Build(path, "foreign", _folder.Root));

        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("Supported are AutoencoderKL", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("decoder.up_blocks.0.0.conv1.weight", "DC-AE")]
    [InlineData("quantize.embedding.weight", "a VQ autoencoder")]
    [InlineData("decoder.up_blocks.0.resnets.0.temporal_res_block.conv1.weight", "Stable Video Diffusion")]
    [InlineData("decoder.temp_conv_in.weight", "Allegro")]
    [InlineData("decoder.condition_encoder.layers.0.weight", "AsymmetricAutoencoderKL")]
    public void Build_AutoencoderThatBeginsLikeAKl_IsNamed(string tensor, string expected)
    {
        var path = Weights.Of(("decoder.conv_in.weight", [4, 4, 3, 3]), (tensor, [4])).Save(_folder["foreign.safetensors"]);

        Assert.Contains(expected, Refused(() => DecoderBuilder.Build(path, "foreign", _folder.Root)), StringComparison.Ordinal);
    }

    // HunyuanVideo 1.5 has the norms of Wan and the convolutions of HunyuanVideo.
    [Fact]
    public void Build_SignsOfTwoFamilies_NamesTheOneThatHasBoth()
    {
        var path = Weights.Of(("decoder.mid_block.resnets.0.norm1.gamma", [4]), ("decoder.mid_block.resnets.0.conv1.conv.weight", [4, 4, 3, 3])).Save(_folder["foreign.safetensors"]);

        Assert.Contains("HunyuanVideo", Refused(() => DecoderBuilder.Build(path, "foreign", _folder.Root)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AutoencoderKLWan")]
    [InlineData("AutoencoderDC")]
    [InlineData("UNet2DConditionModel")]
    public void Build_ConfigOfAnUnsupportedClass_NamesTheClass(string className)
    {
        var config = _folder.Text("config.json", $$"""{ "_class_name": "{{className}}" }""");

        var message = Refused(() => DecoderBuilder.Build(Golden.Path(Kl), "kl", _folder.Root, new BuildOptions { ConfigPath = config }));

        Assert.Contains($"the config of {className}, which is not supported", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_TensorsMissingAndTooMany_ListsBoth()
    {
        var weights = Weights.Read(Golden.Path(Kl)).Renamed(name => name == "decoder.up_blocks.1.resnets.0.conv1.bias" ? null : name);
        weights["decoder.extra.weight"] = ([2], [0, 0]);

        var message = Refused(() => DecoderBuilder.Build(weights.Save(_folder["kl.safetensors"]), "kl", _folder.Root, WithConfig));

        Assert.Contains("missing decoder.up_blocks.1.resnets.0.conv1.bias [4]", message, StringComparison.Ordinal);
        Assert.Contains("unexpected decoder.extra.weight [2]", message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["kl"]));
    }

    [Fact]
    public void Build_WeightsThatAreNotFinite_NamesTheTensor()
    {
        var weights = Weights.Read(Golden.Path(Kl));
        weights["decoder.conv_out.bias"].Values[1] = float.NaN;

        var message = Refused(() => DecoderBuilder.Build(weights.Save(_folder["kl.safetensors"]), "kl", _folder.Root, WithConfig));

        Assert.Contains("decoder.conv_out.bias holds NaN", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"latent_channels\": 3", "\"latent_channels\": 4", "latent_channels is 4, the weights have 3")]
    [InlineData("\"layers_per_block\": 1", "\"layers_per_block\": 2", "layers_per_block is 2, the weights have 1")]
    [InlineData("\"mid_block_add_attention\": true", "\"mid_block_add_attention\": false", "mid_block_add_attention is False, the weights have True")]
    [InlineData("\"norm_num_groups\": 4", "\"norm_num_groups\": 3", "can't be normalised in 3 groups")]
    [InlineData("\"norm_num_groups\": 4", "\"norm_num_groups\": \"many\"", "norm_num_groups is \"many\"; expected a whole number")]
    [InlineData("\"scaling_factor\": 0.5", "\"scaling_factor\": 0", "scaling_factor is 0; expected a number above 0")]
    [InlineData("AutoencoderKL", "AutoencoderTiny", "the tensors of")]
    [InlineData("{", "[", "is not JSON")]
    public void Build_ConfigThatContradictsTheWeights_SaysWhere(string field, string changed, string expected)
    {
        var config = _folder.Text("config.json", File.ReadAllText(Golden.Path("autoencoder_kl.json")).Replace(field, changed, StringComparison.Ordinal));

        var message = Refused(() => DecoderBuilder.Build(Golden.Path(Kl), "kl", _folder.Root, new BuildOptions { ConfigPath = config }));

        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_UnusualWidthsWithoutConfig_AsksForTheConfig()
    {
        var message = Refused(() => DecoderBuilder.Build(Golden.Path(Kl), "kl", _folder.Root));

        Assert.Contains("can't be normalised in 32 groups (the default, as there is no config). Give its config.json with --config.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_FamilyOfOtherChannels_ListsThoseThatFit()
    {
        var message = Refused(() => DecoderBuilder.Build(Golden.Path("autoencoder_kl_plain.safetensors"), "kl", _folder.Root, new BuildOptions { Family = "sd3" }));

        Assert.Contains("family 'sd3' has 16 latent channels; the weights have 2", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_EncoderFileAsDecoder_PointsToTheOtherCommand()
    {
        var kl = Weights.Read(Golden.Path(Kl)).Renamed(name => name.StartsWith("encoder.", StringComparison.Ordinal) ? name : null);
        var taesd = Weights.Read(Golden.Path("taesd.safetensors")).Renamed(name => name.StartsWith("decoder.", StringComparison.Ordinal) ? name : null);

        Assert.Contains("use 'build encoder'", Refused(() => DecoderBuilder.Build(kl.Save(_folder["kl.safetensors"]), "kl", _folder.Root, WithConfig)), StringComparison.Ordinal);
        Assert.Contains("use 'build decoder'", Refused(() => EncoderBuilder.Build(taesd.Save(_folder["t.safetensors"]), "t", _folder.Root)), StringComparison.Ordinal);
    }

    [Fact]
    public void Build_TwoAutoencodersInOneFile_ListsThem()
    {
        var path = Weights.Of(("vae.decoder.conv_in.weight", [1]), ("other.decoder.conv_in.weight", [1])).Save(_folder["two.safetensors"]);

        Assert.Contains("holds several autoencoders", Refused(() => DecoderBuilder.Build(path, "two", _folder.Root)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "weight_map": { "decoder.conv_in.weight": "gone.safetensors" } }""", "gone.safetensors are missing")]
    [InlineData("""{ "weight_map": { "decoder.conv_in.weight": "there.safetensors" } }""", "lacks tensor 'decoder.conv_in.weight'")]
    [InlineData("""{ "weight_map": { "decoder.conv_in.weight": "../there.safetensors" } }""", "expected the name of a file beside the index")]
    [InlineData("""{ "weights": {} }""", "has no object 'weight_map'")]
    public void Build_IndexThatDoesNotFitItsShards_SaysHow(string index, string expected)
    {
        Weights.Of(("other", [1])).Save(_folder["there.safetensors"]);
        var path = _folder.Text("diffusion_pytorch_model.safetensors.index.json", index);

        Assert.Contains(expected, Refused(() => DecoderBuilder.Build(path, "kl", _folder.Root)), StringComparison.Ordinal);
    }

    [Fact]
    public void Build_HalfWrittenShard_SaysItIsCutOff()
    {
        var bytes = File.ReadAllBytes(Golden.Path(Kl));
        File.WriteAllBytes(_folder["half.safetensors"], bytes[..(bytes.Length / 2)]);
        var path = _folder.Text("diffusion_pytorch_model.safetensors.index.json", """{ "weight_map": { "decoder.conv_in.weight": "half.safetensors" } }""");

        var message = Assert.Throws<TensorFileException>(() => DecoderBuilder.Build(path, "kl", _folder.Root)).Message;

        Assert.Contains("cut off", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_FolderWithoutWeightsOrWithSeveralVariants_SaysWhatToGive()
    {
        Directory.CreateDirectory(_folder["empty"]);
        Weights.Of(("a", [1])).Save(_folder["many/diffusion_pytorch_model.fp16.safetensors"]);
        Weights.Of(("a", [1])).Save(_folder["many/diffusion_pytorch_model.bf16.safetensors"]);

        Assert.Contains("has none of diffusion_pytorch_model.safetensors", Refused(() => DecoderBuilder.Build(_folder["empty"], "a", _folder.Root)), StringComparison.Ordinal);
        Assert.Contains("Give one of them", Refused(() => DecoderBuilder.Build(_folder["many"], "a", _folder.Root)), StringComparison.Ordinal);
    }

    [Fact]
    public void Build_HostilePickle_IsRefusedWithoutRunningIt()
    {
        Directory.CreateDirectory(_folder["vae"]);
        File.Copy(SharedFolder.Require("reference", "I_torch_pickle", "hostile_zip.pt"), _folder["vae/diffusion_pytorch_model.bin"]);

        Assert.Throws<TensorFileException>(() => DecoderBuilder.Build(_folder["vae"], "evil", _folder.Root));
    }

    private static string Refused(Func<object> build) => Assert.Throws<ModelException>(build).Message;
}
