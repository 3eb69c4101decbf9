namespace PerceptualEval.TestSupport;

/// <summary>A checkpoint's tensors by name, with shapes, for <see cref="SafetensorsWriter"/>.</summary>
internal sealed class FormulaWeights : Dictionary<string, (long[] Shape, float[] Values)>
{
    // Keep TAESD's activations, and the pictures that it makes, about 1.
    private const double TaesdGain = 0.7;
    private const double TaesdLastGain = 0.5;
    private const double TaesdLastBias = 0.6;

    private const int TaesdWidth = 64;

    // Index in torchvision's features, output and input channels, kernel.
    private static readonly (int Index, int To, int From, int Kernel)[] AlexConvolutions =
        [(0, 64, 3, 11), (3, 192, 64, 5), (6, 384, 192, 3), (8, 256, 384, 3), (10, 256, 256, 3)];

    private static readonly (int Index, int To, int From, int Kernel)[] VggConvolutions =
    [
        (0, 64, 3, 3), (2, 64, 64, 3), (5, 128, 64, 3), (7, 128, 128, 3), (10, 256, 128, 3), (12, 256, 256, 3), (14, 256, 256, 3),
        (17, 512, 256, 3), (19, 512, 512, 3), (21, 512, 512, 3), (24, 512, 512, 3), (26, 512, 512, 3), (28, 512, 512, 3),
    ];

    private static readonly (int Index, int From, int Squeeze, int Expand)[] Fires =
    [
        (3, 64, 16, 64), (4, 128, 16, 64), (6, 128, 32, 128), (7, 256, 32, 128),
        (9, 256, 48, 192), (10, 384, 48, 192), (11, 384, 64, 256), (12, 512, 64, 256),
    ];

    /// <summary>A torchvision backbone: <c>squeeze</c>, <c>alex</c> or <c>vgg</c>.</summary>
    public static FormulaWeights Backbone(string net)
    {
        var weights = new FormulaWeights();
        foreach (var (index, to, from, kernel) in net switch { "alex" => AlexConvolutions, "vgg" => VggConvolutions, _ => [(0, 64, 3, 3)] })
        {
            weights.AddConvolution($"features.{index}", to, from, kernel);
        }

        foreach (var (index, from, squeeze, expand) in net == "squeeze" ? Fires : [])
        {
            weights.AddConvolution($"features.{index}.squeeze", squeeze, from, 1);
            weights.AddConvolution($"features.{index}.expand1x1", expand, squeeze, 1);
            weights.AddConvolution($"features.{index}.expand3x3", expand, squeeze, 3);
        }

        return weights;
    }

    /// <summary>LPIPS heads in [0,1).</summary>
    public static FormulaWeights Heads(string net)
    {
        int[] channels = net switch
        {
            "alex" => [64, 192, 384, 256, 256],
            "vgg" => [64, 128, 256, 512, 512],
            _ => [64, 128, 256, 384, 384, 512, 512],
        };
        var weights = new FormulaWeights();
        for (var layer = 0; layer < channels.Length; layer++)
        {
            var name = $"lin{layer}.model.1.weight";
            weights[name] = ([1, channels[layer], 1, 1], FormulaTensors.Signed(name, channels[layer], scale: 0.5, offset: 0.5));
        }

        return weights;
    }

    /// <summary>A TAESD decoder in the original naming.</summary>
    public static FormulaWeights TaesdDecoder(int latentChannels, bool pooled = false)
    {
        var weights = new FormulaWeights();
        weights.AddConvolution("1", TaesdWidth, latentChannels, 3, TaesdGain);
        foreach (var first in (int[])[3, 8, 13])
        {
            for (var block = first; block < first + 3; block++)
            {
                weights.AddTaesdBlock(block, pooled && first == 3);
            }

            weights.AddConvolution($"{first + 4}", TaesdWidth, TaesdWidth, 3, TaesdGain, bias: false);
        }

        weights.AddTaesdBlock(18, pooled: false);
        weights.AddConvolution("19", 3, TaesdWidth, 3, TaesdLastGain, bias: false);
        weights["19.bias"] = ([3], FormulaTensors.Signed("19.bias", 3, scale: 0.05, TaesdLastBias));
        return weights;
    }

    /// <summary>A TAESD encoder in the original naming.</summary>
    public static FormulaWeights TaesdEncoder(int latentChannels, bool pooled = false)
    {
        var weights = new FormulaWeights();
        weights.AddConvolution("0", TaesdWidth, 3, 3, TaesdGain);
        weights.AddTaesdBlock(1, pooled: false);
        foreach (var first in (int[])[2, 6, 10])
        {
            weights.AddConvolution($"{first}", TaesdWidth, TaesdWidth, 3, TaesdGain, bias: false);
            for (var block = first + 1; block < first + 4; block++)
            {
                weights.AddTaesdBlock(block, pooled && first == 10);
            }
        }

        weights.AddConvolution("14", latentChannels, TaesdWidth, 3, TaesdGain);
        return weights;
    }

    /// <summary>The same tensors under other names; null drops one.</summary>
    public FormulaWeights Renamed(Func<string, string?> newName)
    {
        var weights = new FormulaWeights();
        foreach (var (name, tensor) in this)
        {
            if (newName(name) is { } other)
            {
                weights[other] = tensor;
            }
        }

        return weights;
    }

    private void AddConvolution(string name, int to, int from, int kernel, double gain = 1, bool bias = true)
    {
        var fanIn = from * kernel * kernel;
        this[$"{name}.weight"] = ([to, from, kernel, kernel], FormulaTensors.Signed($"{name}.weight", to * fanIn, gain * Math.Sqrt(6.0 / fanIn)));
        if (bias)
        {
            this[$"{name}.bias"] = ([to], FormulaTensors.Signed($"{name}.bias", to, scale: 0.05));
        }
    }

    private void AddTaesdBlock(int block, bool pooled)
    {
        foreach (var convolution in (int[])[0, 2, 4])
        {
            AddConvolution($"{block}.conv.{convolution}", TaesdWidth, TaesdWidth, 3, TaesdGain);
        }

        if (pooled)
        {
            const int Inner = 4 * TaesdWidth;
            AddConvolution($"{block}.pool.0", Inner, TaesdWidth, 1, TaesdGain, bias: false);
            this[$"{block}.pool.1.weight"] = ([Inner], FormulaTensors.Signed($"{block}.pool.1.weight", Inner, scale: 0.5, offset: 1));
            this[$"{block}.pool.1.bias"] = ([Inner], FormulaTensors.Signed($"{block}.pool.1.bias", Inner, scale: 0.05));
            AddConvolution($"{block}.pool.3", TaesdWidth, Inner, 1, TaesdGain, bias: false);
        }
    }
}
