namespace PerceptualEval.ModelBuilder.Perceptual;

/// <summary>The backbone of an LPIPS network.</summary>
public enum LpipsNetwork
{
    /// <summary>SqueezeNet 1.1: seven layers, the fastest.</summary>
    Squeeze,

    /// <summary>AlexNet: five layers, the default of the lpips package.</summary>
    Alex,

    /// <summary>VGG-16: five layers, the network of LatentLPIPS and of most papers that train with LPIPS.</summary>
    Vgg,
}
