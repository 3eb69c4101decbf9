using System.Buffers;

namespace PerceptualEval.Tensors;

/// <summary>A float32 tensor in pooled memory, C order. The one type that rents memory: dispose it to give the memory back.</summary>
/// <remarks>
/// The pool hands out longer arrays than asked for; only the first <see cref="TensorShape.ElementCount"/> values belong to the
/// tensor. In Debug builds a rented array is filled with NaN, so code that reads what it has not written shows at once.
/// Not safe for concurrent use. No span or memory may be used after <see cref="Dispose"/>.
/// </remarks>
public sealed class TensorBuffer : IDisposable
{
    private static long _liveCount;
    private float[]? _array;

    /// <summary>Rents memory for a tensor. The content is undefined.</summary>
    /// <param name="shape">The tensor's shape.</param>
    /// <exception cref="ArgumentOutOfRangeException">The shape has more elements than one buffer can hold (2^31 − 57).</exception>
    public TensorBuffer(TensorShape shape)
    {
        if (shape.ElementCount > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(nameof(shape),
                $"shape {shape} has {shape.ElementCount} elements; one buffer holds at most {Array.MaxLength}. Split the batch.");
        }

        Shape = shape;
        _array = ArrayPool<float>.Shared.Rent((int)shape.ElementCount);
        Interlocked.Increment(ref _liveCount);
#if DEBUG
        Array.Fill(_array, float.NaN);
#endif
    }

    /// <summary>The tensor's shape.</summary>
    public TensorShape Shape { get; }

    /// <summary>The values, C order, exactly <see cref="TensorShape.ElementCount"/> of them; owned by this buffer.</summary>
    /// <exception cref="ObjectDisposedException">The buffer has been disposed.</exception>
    public Span<float> Span => Memory.Span;

    /// <summary>The values as memory, for native calls that pin it; owned by this buffer.</summary>
    /// <exception cref="ObjectDisposedException">The buffer has been disposed.</exception>
    public Memory<float> Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(_array is null, this);
            return _array.AsMemory(0, (int)Shape.ElementCount);
        }
    }

    /// <summary>How many buffers are rented and not yet disposed in this process; leak tests compare it before and after.</summary>
    internal static long LiveCount => Interlocked.Read(ref _liveCount);

    /// <summary>Rents memory for a tensor and copies values into it.</summary>
    /// <param name="shape">The tensor's shape.</param>
    /// <param name="values">As many values as the shape has elements, C order.</param>
    /// <returns>A new buffer that the caller owns.</returns>
    /// <exception cref="ArgumentException">The number of values is not the shape's element count.</exception>
    public static TensorBuffer CopyOf(TensorShape shape, ReadOnlySpan<float> values)
    {
        if (values.Length != shape.ElementCount)
        {
            throw new ArgumentException($"{values.Length} values for shape {shape}, which has {shape.ElementCount}.", nameof(values));
        }

        var buffer = new TensorBuffer(shape);
        values.CopyTo(buffer.Span);
        return buffer;
    }

    /// <summary>The values of one entry along the first dimension (a sample of a batch).</summary>
    /// <param name="index">From 0 to <c>Shape[0] − 1</c>.</param>
    /// <returns>A view into this buffer.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The buffer is a scalar, or there is no such entry.</exception>
    public Span<float> Sample(int index)
    {
        var count = Shape.Rank == 0 ? 0 : Shape[0];
        if (index < 0 || index >= count)
        {
            throw new ArgumentOutOfRangeException(nameof(index), $"entry {index} of a tensor of shape {Shape}.");
        }

        var length = (int)(Shape.ElementCount / count);
        return Span.Slice(index * length, length);
    }

    /// <summary>Gives the memory back to the pool. Further calls do nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _array, null) is { } array)
        {
            Interlocked.Decrement(ref _liveCount);
            ArrayPool<float>.Shared.Return(array);
        }
    }
}
