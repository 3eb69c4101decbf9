namespace PerceptualEval.TensorFiles.Torch;

/// <summary>The stack that a pickle's instructions work on, with its marks.</summary>
/// <param name="input">Where the pickle comes from; error messages name the place.</param>
internal sealed class PickleStack(PickleInput input)
{
    private readonly List<object?> _values = [];
    private readonly List<int> _marks = [];

    // Values below the innermost mark are out of reach until the mark is taken away.
    private int Floor => _marks.Count == 0 ? 0 : _marks[^1];

    public void Mark() => _marks.Add(_values.Count);

    public void Push(object? value) => _values.Add(value);

    /// <summary>The top value.</summary>
    public object? Peek() => _values.Count > Floor ? _values[^1] : throw Misused("a value");

    public object? Pop()
    {
        var value = Peek();
        _values.RemoveAt(_values.Count - 1);
        return value;
    }

    /// <summary>Takes the top value, which has to be of a type.</summary>
    public T Pop<T>() => Pop() is T value ? value : throw Misused(typeof(T) == typeof(PickleGlobal) ? "a class or function" : "a string or tuple");

    public object?[] PopMany(int count)
    {
        if (_values.Count - Floor < count)
        {
            throw Misused($"{count} values");
        }

        var values = _values.GetRange(_values.Count - count, count).ToArray();
        _values.RemoveRange(_values.Count - count, count);
        return values;
    }

    /// <summary>Takes the values above the innermost mark, and the mark.</summary>
    public object?[] PopMark()
    {
        if (_marks.Count == 0)
        {
            throw Misused("a mark");
        }

        var values = PopMany(_values.Count - _marks[^1]);
        _marks.RemoveAt(_marks.Count - 1);
        return values;
    }

    /// <summary>The pickle does not have here what an instruction needs.</summary>
    public InvalidDataException Misused(string expected) => new($"its pickle is damaged before byte {input.Position}: expected {expected}");
}
