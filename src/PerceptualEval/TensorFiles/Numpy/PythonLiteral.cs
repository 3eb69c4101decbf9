using System.Globalization;

namespace PerceptualEval.TensorFiles.Numpy;

/// <summary>Reads the few Python literals that a .npy header consists of, token by token.</summary>
internal struct PythonLiteral(string text)
{
    private int _position;

    /// <summary>The next character that is no white space; NUL at the end.</summary>
    public char Peek()
    {
        while (_position < text.Length && char.IsWhiteSpace(text[_position]))
        {
            _position++;
        }

        return _position < text.Length ? text[_position] : '\0';
    }

    /// <summary>Steps over a character where it comes next.</summary>
    public bool TryTake(char symbol)
    {
        var found = Peek() == symbol;
        _position += found ? 1 : 0;
        return found;
    }

    /// <summary>Steps over a character that has to come next.</summary>
    public void Expect(char symbol)
    {
        if (!TryTake(symbol))
        {
            throw Unexpected($"'{symbol}'");
        }
    }

    /// <summary>Nothing but white space may follow.</summary>
    public void ExpectEnd()
    {
        Peek();
        if (_position < text.Length)
        {
            throw Unexpected("its end");
        }
    }

    /// <summary>A string in single or double quotes.</summary>
    public string String()
    {
        var quote = Peek();
        var end = quote is '\'' or '"' ? text.IndexOf(quote, _position + 1) : -1;
        if (end < 0)
        {
            throw Unexpected("a string");
        }

        var value = text[(_position + 1)..end];
        _position = end + 1;
        return value;
    }

    /// <summary>True or False.</summary>
    public bool Bool()
    {
        Peek();
        var value = string.CompareOrdinal(text, _position, "True", 0, 4) == 0;
        if (!value && string.CompareOrdinal(text, _position, "False", 0, 5) != 0)
        {
            throw Unexpected("True or False");
        }

        _position += value ? 4 : 5;
        return value;
    }

    /// <summary>A tuple of integers, for example <c>(2, 3)</c>, <c>(2,)</c> or <c>()</c>.</summary>
    public long[] IntegerTuple()
    {
        var values = new List<long>();
        Expect('(');
        while (!TryTake(')'))
        {
            values.Add(Integer());
            if (!TryTake(','))
            {
                Expect(')');
                break;
            }
        }

        return [.. values];
    }

    private long Integer()
    {
        Peek();
        var start = _position;
        while (_position < text.Length && (char.IsAsciiDigit(text[_position]) || (_position == start && text[_position] == '-')))
        {
            _position++;
        }

        if (!long.TryParse(text.AsSpan(start, _position - start), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            throw Unexpected("a 64-bit integer");
        }

        // Python 2 wrote long integers as 3L.
        TryTake('L');
        return value;
    }

    private readonly InvalidDataException Unexpected(string expected) =>
        new($"its .npy header is damaged at character {_position}: expected {expected}");
}
