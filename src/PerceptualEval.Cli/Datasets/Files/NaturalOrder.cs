namespace PerceptualEval.Cli.Datasets.Files;

/// <summary>Orders ids as people count: <c>img2</c> before <c>img10</c>, and a folder's files together. A total order: only equal ids compare as 0.</summary>
internal sealed class NaturalOrder : IComparer<string>
{
    private NaturalOrder()
    {
    }

    /// <summary>The one instance.</summary>
    public static NaturalOrder Comparer { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
        {
            return string.CompareOrdinal(x, y);
        }

        int i = 0, j = 0;
        while (i < x.Length && j < y.Length)
        {
            int order;
            if (char.IsAsciiDigit(x[i]) && char.IsAsciiDigit(y[j]))
            {
                var number = TakeNumber(x, ref i);
                var other = TakeNumber(y, ref j);
                order = number.Length != other.Length ? number.Length - other.Length : number.SequenceCompareTo(other);
            }
            else
            {
                order = Rank(x[i++]) - Rank(y[j++]);
            }

            if (order != 0)
            {
                return order;
            }
        }

        var longer = (x.Length - i) - (y.Length - j);
        return longer != 0 ? longer : string.CompareOrdinal(x, y); // 'a1' and 'a01' are the same number, not the same id
    }

    // The separator comes before every other character: 'a/1' stays beside 'a/2', before 'a-b'.
    private static int Rank(char character) => character == '/' ? -1 : character;

    private static ReadOnlySpan<char> TakeNumber(string text, ref int position)
    {
        var start = position;
        while (position < text.Length && char.IsAsciiDigit(text[position]))
        {
            position++;
        }

        return text.AsSpan(start, position - start).TrimStart('0');
    }
}
