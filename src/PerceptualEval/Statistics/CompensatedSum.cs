namespace PerceptualEval.Statistics;

/// <summary>A running sum that carries along what rounding dropped (Neumaier 1974): its error does not grow with the count.</summary>
internal struct CompensatedSum
{
    private double _sum;
    private double _dropped;

    /// <summary>The sum of the values added so far; 0 before the first.</summary>
    public readonly double Value => _sum + _dropped;

    /// <summary>Adds a finite value.</summary>
    public void Add(double value)
    {
        var sum = _sum + value;
        // The smaller addend is the one whose low bits were lost.
        _dropped += Math.Abs(_sum) >= Math.Abs(value) ? _sum - sum + value : value - sum + _sum;
        _sum = sum;
    }
}
