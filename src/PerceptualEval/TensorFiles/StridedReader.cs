using System.Buffers;
using PerceptualEval.Tensors;

namespace PerceptualEval.TensorFiles;

/// <summary>
/// Reads tensors whose values do not lie in C order (Fortran order, transposed, sliced or expanded views): goes through the
/// storage from front to back, a window at a time, and puts each value where it belongs. No copy of the whole storage is made.
/// </summary>
/// <typeparam name="T">What a value becomes: float, or an unsigned integer of its size where it is not converted.</typeparam>
internal ref struct StridedReader<T>
    where T : unmanaged
{
    // Values further apart than this many elements are read one by one: a window would be mostly gaps.
    private const int MaxGap = 1024;

    private readonly StoredTensor _tensor;
    private readonly Decoder _decode;
    private readonly Span<T> _destination;
    private readonly Axis[] _axes;
    private readonly int _windowCapacity;
    private readonly byte[] _bytes;
    private readonly T[] _window;
    private long _windowStart;
    private int _windowCount;

    private StridedReader(StoredTensor tensor, Axis[] axes, Span<T> destination, Decoder decode, byte[] bytes, T[] window)
    {
        _tensor = tensor;
        _axes = axes;
        _destination = destination;
        _decode = decode;
        _bytes = bytes;
        _window = window;
        var gap = axes.Where(axis => axis.Length > 1 && axis.Stride > 0).Select(axis => axis.Stride).DefaultIfEmpty(long.MaxValue).Min();
        _windowCapacity = gap > MaxGap || !IsFrontToBack(axes) ? 1 : StoredTensor.ChunkBytes / tensor.ElementSize;
    }

    /// <summary>Turns little-endian stored values into values of type T.</summary>
    internal delegate void Decoder(ElementType type, ReadOnlySpan<byte> source, Span<T> destination);

    /// <summary>Reads a run of elements, counted in C order.</summary>
    public static void Read(StoredTensor tensor, long firstElement, Span<T> destination, Decoder decode)
    {
        if (destination.IsEmpty)
        {
            return;
        }

        var shape = tensor.Entry.Shape;
        var strides = tensor.Strides!;
        var axes = new Axis[shape.Rank];
        var inner = 1L;
        for (var i = shape.Rank - 1; i >= 0; i--)
        {
            axes[i] = new Axis(shape[i], strides[i], inner);
            inner *= shape[i];
        }

        // Only the rows (entries of the first dimension) that the run touches.
        var row = firstElement / axes[0].Step;
        var rowCount = ((firstElement + destination.Length - 1) / axes[0].Step) - row + 1;
        axes[0] = axes[0] with { Length = rowCount };
        var source = row * axes[0].Stride;
        var target = (row * axes[0].Step) - firstElement;
        Array.Sort(axes, static (a, b) => b.Stride.CompareTo(a.Stride));

        var bytes = ArrayPool<byte>.Shared.Rent(StoredTensor.ChunkBytes);
        var window = ArrayPool<T>.Shared.Rent(StoredTensor.ChunkBytes / tensor.ElementSize);
        try
        {
            new StridedReader<T>(tensor, axes, destination, decode, bytes, window).Walk(0, source, target);
        }
        finally
        {
            ArrayPool<T>.Shared.Return(window);
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    // Strides that overlap go back again and again; a few of them would have a whole window read for every value.
    private static bool IsFrontToBack(Axis[] descending)
    {
        var reach = 0L;
        foreach (var axis in descending.Where(axis => axis.Length > 1).Reverse())
        {
            if (axis.Stride > 0 && axis.Stride <= reach)
            {
                return false;
            }

            reach += (axis.Length - 1) * axis.Stride;
        }

        return true;
    }

    private void Walk(int axisIndex, long source, long target)
    {
        var axis = _axes[axisIndex];
        if (axisIndex == _axes.Length - 1)
        {
            Scatter(axis, source, target);
            return;
        }

        for (var i = 0L; i < axis.Length; i++, source += axis.Stride, target += axis.Step)
        {
            Walk(axisIndex + 1, source, target);
        }
    }

    private void Scatter(Axis axis, long source, long target)
    {
        var window = _window;
        var last = axis.Length - 1;
        if (source >= _windowStart && source + (last * axis.Stride) < _windowStart + _windowCount
            && target >= 0 && target + (last * axis.Step) < _destination.Length)
        {
            // The whole run is at hand and wanted, as most are.
            var from = (int)(source - _windowStart);
            var to = (int)target;
            for (var i = 0; i <= last; i++, from += (int)axis.Stride, to += (int)axis.Step)
            {
                _destination[to] = window[from];
            }

            return;
        }

        for (var i = 0L; i <= last; i++, source += axis.Stride, target += axis.Step)
        {
            if ((ulong)target < (ulong)_destination.Length)
            {
                _destination[(int)target] = ValueAt(source);
            }
        }
    }

    private T ValueAt(long source)
    {
        if (source < _windowStart || source >= _windowStart + _windowCount)
        {
            _windowStart = source;
            _windowCount = (int)Math.Min(_windowCapacity, _tensor.ExtentElements - source);
            var bytes = _bytes.AsSpan(0, _windowCount * _tensor.ElementSize);
            _tensor.Load(source, bytes);
            _decode(_tensor.Entry.Type, bytes, _window.AsSpan(0, _windowCount));
        }

        return _window[source - _windowStart];
    }

    /// <summary>A dimension: how long it is, and how far its neighbours are apart in the storage and in the destination.</summary>
    private readonly record struct Axis(long Length, long Stride, long Step);
}
