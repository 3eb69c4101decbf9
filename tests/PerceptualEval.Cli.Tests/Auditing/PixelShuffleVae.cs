using System.Numerics.Tensors;
using PerceptualEval.ModelBuilder;
using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Tests.Auditing;

/// <summary>An autoencoder without weights that reproduces pictures: every 4x4 pixels are the 48 channels of a cell, rounded as float16 rounds.</summary>
internal static class PixelShuffleVae
{
    /// <summary>scaling of model = raw·scaling.</summary>
    public const double Scaling = 0.3;

    private const int Block = 4;
    private const int Channels = 3 * Block * Block;

    /// <summary>Builds the decoder's model folder.</summary>
    public static Model BuildDecoder(string modelsFolder, string name)
    {
        var graph = new GraphBuilder("pixel-shuffle");
        var latent = graph.Input("latent", "N", $"{Channels}", "h", "w");
        graph.Output("image", graph.Node("DepthToSpace", [latent], Layers.Int("blocksize", Block)), "N", "3", "H", "W");
        var manifest = new ModelManifest
        {
            Name = name,
            Kind = ModelKind.Decoder,
            Architecture = "pixel shuffle",
            Graphs = new Dictionary<string, HashedFile>(),
            Latent = new LatentSpace { Channels = Channels, SpatialFactor = Block, Units = LatentUnits.Model, Scaling = Scaling },
        };
        return ModelFolder.Write(modelsFolder, manifest, new Dictionary<string, GraphBuilder> { ["decoder"] = graph });
    }

    /// <summary>The latent of pictures in raw units.</summary>
    public static TensorBuffer EncodeRaw(TensorBuffer images)
    {
        var latent = Encode(images);
        TensorPrimitives.Divide(latent.Span, (float)Scaling, latent.Span);
        return latent;
    }

    /// <summary>The latent of pictures [N,3,H,W]: channel (row·4 + column)·3 + colour, as ONNX's DepthToSpace orders them.</summary>
    public static TensorBuffer Encode(TensorBuffer images)
    {
        var (height, width) = ((int)images.Shape[2] / Block, (int)images.Shape[3] / Block);
        var latent = new TensorBuffer(new TensorShape(images.Shape[0], Channels, height, width));
        for (var i = 0; i < latent.Span.Length; i++)
        {
            latent.Span[i] = (float)(Half)images.Span[PixelOf(i, height, width)];
        }

        return latent;
    }

    /// <summary>The picture [3,4·side,4·side] that a latent [48,side,side] is of.</summary>
    public static float[] Decode(float[] latent, int side)
    {
        var image = new float[latent.Length];
        for (var i = 0; i < latent.Length; i++)
        {
            image[PixelOf(i, side, side)] = latent[i];
        }

        return image;
    }

    private static int PixelOf(int value, int height, int width)
    {
        var (x, y, channel, n) = (value % width, value / width % height, value / (width * height) % Channels, value / (width * height * Channels));
        var (row, column, color) = (channel / 3 / Block, channel / 3 % Block, channel % 3);
        return (((((n * 3) + color) * height * Block) + (y * Block) + row) * width * Block) + (x * Block) + column;
    }
}
