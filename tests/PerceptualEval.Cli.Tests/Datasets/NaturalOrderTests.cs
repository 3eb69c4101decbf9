using CsCheck;
using PerceptualEval.Cli.Datasets.Files;

namespace PerceptualEval.Cli.Tests.Datasets;

public sealed class NaturalOrderTests
{
    // Few characters, so that ties, leading zeros and prefixes come up often.
    private static readonly Gen<string> Ids = Gen.Char["a/-019"].Array[0, 6].Select(characters => new string(characters));

    [Fact]
    public void Compare_ConsecutiveIds_ComeInCountingOrder()
    {
        string[] expected =
        [
            "", "0", "a", "a/1", "a/2", "a/10", "a-1", "a00", "a1", "a01b", "a2", "a09", "a10", "a10/x", "a10b",
            "a99999999999999999998", "a99999999999999999999", "b",
        ];

        Assert.Equal(expected, expected.Reverse().Order(NaturalOrder.Comparer));
    }

    [Fact]
    public void Compare_AnyTwoIds_IsAntisymmetricAndZeroForEqualOnesOnly()
    {
        Gen.Select(Ids, Ids).Sample((x, y) =>
        {
            var order = NaturalOrder.Comparer.Compare(x, y);
            return Math.Sign(order) == -Math.Sign(NaturalOrder.Comparer.Compare(y, x)) && order == 0 == (x == y);
        });
    }

    [Fact]
    public void Compare_AnyThreeIds_IsTransitive()
    {
        Gen.Select(Ids, Ids, Ids).Sample((x, y, z) =>
            NaturalOrder.Comparer.Compare(x, y) > 0
            || NaturalOrder.Comparer.Compare(y, z) > 0
            || NaturalOrder.Comparer.Compare(x, z) <= 0);
    }
}
