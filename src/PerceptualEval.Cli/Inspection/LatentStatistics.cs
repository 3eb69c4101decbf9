using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Reading;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Inspection;

/// <summary>Sums up latents channel by channel, in double; values that are not finite are counted and in no sum.</summary>
/// <param name="channels">How many channels the samples have.</param>
internal sealed class LatentStatistics(int channels)
{
    private readonly long[] _count = new long[channels];
    private readonly double[] _mean = new double[channels];
    private readonly double[] _squares = new double[channels];
    private readonly double[] _min = [.. Enumerable.Repeat(double.PositiveInfinity, channels)];
    private readonly double[] _max = [.. Enumerable.Repeat(double.NegativeInfinity, channels)];

    /// <summary>The values that are NaN or infinite.</summary>
    public long NonFinite { get; private set; }

    /// <summary>The channels, in order.</summary>
    public IReadOnlyList<ChannelStatistics> Channels => [.. Enumerable.Range(0, channels).Select(channel => _count[channel] == 0
        ? new ChannelStatistics(double.NaN, double.NaN, double.NaN, double.NaN)
        : new ChannelStatistics(_mean[channel], Math.Sqrt(_squares[channel] / _count[channel]), _min[channel], _max[channel]))];

    /// <summary>The root mean square of all finite values about their common mean; NaN where there are none.</summary>
    public double Std
    {
        get
        {
            var count = _count.Sum();
            var mean = _mean.Zip(_count, (value, n) => value * n).Sum() / count;
            var squares = Enumerable.Range(0, channels).Sum(channel => _squares[channel] + (_count[channel] * Math.Pow(_mean[channel] - mean, 2)));
            return Math.Sqrt(squares / count);
        }
    }

    /// <summary>Reads all samples of a tensor.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="reader">Reads its values.</param>
    /// <exception cref="TensorFiles.TensorFileException">The values can't be read.</exception>
    public static LatentStatistics Of(SampleTensor tensor, SampleReader reader)
    {
        var statistics = new LatentStatistics((int)tensor.SampleShape[0]);
        using var sample = new TensorBuffer(tensor.SampleShape);
        for (var i = 0L; i < tensor.Count; i++)
        {
            reader.Read(new Sample("", [new SampleSource(tensor, i)]), 0, sample.Span);
            statistics.Add(sample);
        }

        return statistics;
    }

    /// <summary>Adds a sample <c>[C,…]</c>.</summary>
    public void Add(TensorBuffer sample)
    {
        for (var channel = 0; channel < channels; channel++)
        {
            AddTo(channel, sample.Sample(channel));
        }
    }

    // Means of parts are combined as Chan, Golub and LeVeque (1979) do: no sum of squares loses the small ones.
    private void AddTo(int channel, ReadOnlySpan<float> values)
    {
        var (sum, count) = (0.0, 0L);
        foreach (var value in values)
        {
            if (float.IsFinite(value))
            {
                sum += value;
                count++;
                _min[channel] = Math.Min(_min[channel], value);
                _max[channel] = Math.Max(_max[channel], value);
            }
        }

        NonFinite += values.Length - count;
        if (count == 0)
        {
            return;
        }

        var mean = sum / count;
        var squares = 0.0;
        foreach (var value in values)
        {
            squares += float.IsFinite(value) ? (value - mean) * (value - mean) : 0;
        }

        var (before, difference) = (_count[channel], mean - _mean[channel]);
        _count[channel] += count;
        _mean[channel] += difference * count / _count[channel];
        _squares[channel] += squares + (difference * difference * before * count / _count[channel]);
    }
}
