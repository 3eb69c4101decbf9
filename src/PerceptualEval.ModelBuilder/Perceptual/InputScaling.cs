namespace PerceptualEval.ModelBuilder.Perceptual;

/// <summary>(image − shift) / scale per colour channel: what maps [-1,1] to what a backbone was trained on.</summary>
/// <param name="Shift">Three values.</param>
/// <param name="Scale">Three values.</param>
internal sealed record InputScaling(float[] Shift, float[] Scale)
{
    /// <summary>That of LPIPS v0.1 (lpips.py, <c>ScalingLayer</c>): the ImageNet normalisation. v0.0 had none.</summary>
    public static InputScaling Lpips { get; } = new([-.030f, -.088f, -.188f], [.458f, .448f, .450f]);

    /// <summary>Divides a first convolution's weights by the scale of the channel that they take.</summary>
    /// <param name="weight">[K,3,kernel,kernel]; changed in place.</param>
    /// <param name="kernel">The kernel's side.</param>
    public void DivideWeights(float[] weight, int kernel)
    {
        for (var i = 0; i < weight.Length; i++)
        {
            weight[i] = (float)((double)weight[i] / Scale[ChannelOf(i, kernel)]);
        }
    }

    /// <summary>Takes the shift into the bias of a convolution without padding.</summary>
    /// <param name="weight">[K,3,kernel,kernel], divided already.</param>
    /// <param name="bias">[K]; changed in place.</param>
    /// <param name="kernel">The kernel's side.</param>
    public void ShiftBias(float[] weight, float[] bias, int kernel)
    {
        var perOutput = weight.Length / bias.Length;
        for (var k = 0; k < bias.Length; k++)
        {
            double sum = bias[k];
            for (var i = k * perOutput; i < (k + 1) * perOutput; i++)
            {
                sum -= (double)weight[i] * Shift[ChannelOf(i, kernel)];
            }

            bias[k] = (float)sum;
        }
    }

    private int ChannelOf(int index, int kernel) => index / (kernel * kernel) % Shift.Length;
}
