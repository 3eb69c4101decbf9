using System.Text;
using PerceptualEval.TensorFiles;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Tests.TensorFiles;

/// <summary>Pickles that would run something, or fill the memory, in a reader that believes them.</summary>
public sealed class HostilePicklesTests
{
    // What comes before the object in a legacy file: magic number, version, system facts. Then the object, and no storages.
    private static readonly byte[] Prologue =
        [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.', 0x80, 2, (byte)'M', 0xe9, 3, (byte)'.', 0x80, 2, .. "}."u8];

    [Theory]
    [InlineData("posix.system", "cposix\nsystem\n(X\u0004\0\0\0truetR.")]
    [InlineData("builtins.eval", "cbuiltins\neval\n(X\u0001\0\0\u00001tR.")]
    [InlineData("builtins.getattr", "cbuiltins\ngetattr\n.")]
    [InlineData("__builtin__.exec", "c__builtin__\nexec\n.")]
    [InlineData("os.system", "X\u0002\0\0\0osX\u0006\0\0\0system\u0093.")]
    [InlineData("subprocess.Popen", "(isubprocess\nPopen\n.")]
    [InlineData("torch.storage._load_from_bytes", "ctorch.storage\n_load_from_bytes\n.")]
    [InlineData("torch.FloatStorage.__reduce__", "ctorch\nFloatStorage.__reduce__\n.")]
    [InlineData("numpy.core.multiarray._reconstruct", "cnumpy.core.multiarray\n_reconstruct\n.")]
    public void Open_PickleThatNamesCode_IsRefusedByName(string name, string pickle) =>
        AssertRefused(pickle, $"its pickle asks for '{name}', which is not data; refused.");

    [Theory]
    [InlineData("unknown instruction", "\u0082\u0001.", "instruction 0x82")]
    [InlineData("empty stack", ".", "expected a value")]
    [InlineData("no mark", "t.", "expected a mark")]
    [InlineData("unknown memo", "h\u0005.", "expected memo 5")]
    [InlineData("below a mark", "N(0.", "expected a value")]
    [InlineData("append to a number", "K\u0001K\u0002a.", "expected a list")]
    [InlineData("odd dict", "}(K\u0001u.", "expected a dict")]
    [InlineData("call of a value", "K\u0001)R.", "expected a class or function")]
    [InlineData("text of 4 GiB", "X\u00ff\u00ff\u00ff\u00ff.", "cut off: 4294967295 bytes")]
    [InlineData("bytes of 2^63", "\u008e\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f.", "cut off")]
    [InlineData("huge integer", "\u008b\u00ff\u00ff\u00ff\u007f.", "integer of 2147483647 bytes")]
    [InlineData("protocol 6", "\u0080\u0006N.", "protocol 6")]
    [InlineData("foreign reference", "K\u0001Q.", "something else than a tensor's storage")]
    [InlineData("storage of another class", "(X\u0007\0\0\0storagectorch\nSize\nX\u0001\0\0\u00000NK\u0001tQ.", "something else than a tensor's storage")]
    [InlineData("wrong arguments", "ctorch._utils\n_rebuild_tensor_v2\n(K\u0001tR.", "torch._utils._rebuild_tensor_v2' with arguments")]
    [InlineData("type called", "ctorch.nn.parameter\nParameter\n)R.", "torch.nn.parameter.Parameter' with arguments")]
    [InlineData("state of a number", "K\u0001}b.", "sets the state")]
    public void Open_DamagedPickle_SaysWhatIsWrong(string what, string pickle, string expected)
    {
        Assert.NotEmpty(what);
        AssertRefused(pickle, expected);
    }

    [Fact]
    public void Open_ListThatHoldsItself_IsRefused() => AssertRefused("]q\0h\0a.", "nests deeper");

    [Fact]
    public void Open_ListsThatDoubleAtEveryLevel_AreRefused()
    {
        // [x, x] of [x, x] of ... : 60 levels would be 2^60 entries.
        var pickle = new StringBuilder("K\u0001q\0");
        for (var level = 0; level < 60; level++)
        {
            pickle.Append("0](h\0h\0eq\0");
        }

        AssertRefused(pickle.Append('.').ToString(), "repeats itself too often");
    }

    [Fact]
    public void Open_NumberOfManyDigitsThatIsListedAgainAndAgain_IsRefused()
    {
        // 10,000 references of two bytes to a number of 600 digits.
        var pickle = new StringBuilder("\u008a\u00fa" + new string('\u0001', 250) + "q\0](");
        for (var i = 0; i < 10_000; i++)
        {
            pickle.Append("h\0");
        }

        AssertRefused(pickle.Append("e.").ToString(), "repeats itself too often");
    }

    [Theory]
    [InlineData("c_codecs\nencode\n", "X\u0006\0\0\0latin1\u0086")]
    [InlineData("cbuiltins\nbytearray\n", "X\u0007\0\0\0latin-1\u0086")]
    public void Open_TextThatIsEncodedAgainAndAgain_IsRefused(string function, string encoding) =>
        AssertRefused(Repeat("X\0\0\u0010\0" + new string('x', 1 << 20), function, encoding, 17), "copies more than 16777216 characters");

    [Fact]
    public void Open_DictThatIsCopiedAgainAndAgain_IsRefused()
    {
        var dict = "}(" + new string('N', 2 * 50_000) + "u";
        var pairs = "](" + string.Concat(Enumerable.Repeat("NN\u0086", 50_000)) + "e";

        AssertRefused(Repeat(dict, "ccollections\nOrderedDict\n", "\u0085", 400), "copies more than");
        AssertRefused(Repeat(pairs, "ccollections\nOrderedDict\n", "\u0085", 400), "copies more than");
    }

    [Theory]
    [InlineData(65, 65, "a tensor of 65 lengths and 65 strides; expected as many of both, at most 64")]
    [InlineData(2, 1, "a tensor of 2 lengths and 1 strides")]
    public void Open_TensorOfOtherLengthsThanStrides_IsRefused(int lengths, int strides, string expected) => AssertRefused(
        "ctorch._utils\n_rebuild_tensor_v2\n((X\u0007\0\0\0storagectorch\nFloatStorage\nX\u0001\0\0\u00000NK\u0001NtQK\0("
            + string.Concat(Enumerable.Repeat("K\u0001", lengths)) + "t(" + string.Concat(Enumerable.Repeat("K\u0001", strides)) + "ttR.",
        expected);

    [Fact]
    public void Open_DeepNesting_IsRefusedWithoutOverflow() =>
        AssertRefused(new string(']', 200_000) + new string('a', 199_999) + '.', "nests deeper");

    [Fact]
    public void Open_ViewThatRepeatsOneValueBillionsOfTimes_IsRefused() =>
        AssertRefused(
            "ctorch._utils\n_rebuild_tensor_v2\n((X\u0007\0\0\0storagectorch\nFloatStorage\nX\u0001\0\0\u00000NK\u0001NtQK\0\u008a\u0005\0\0\0\0\u0002\u0085K\0\u0085tR.",
            "repeats the",
            [0x80, 2, .. "](X"u8, 1, 0, 0, 0, .. "0e."u8, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3f]);

    [Fact]
    public void Open_PickleOfSomethingElse_SaysSo()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("x.pt", [0x80, 2, .. "}q\0."u8]);

        Assert.Contains("a pickle, but not one of torch.save", Refusal(path), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_InertClassesOfTrainers_AreDropped()
    {
        using var folder = new TemporaryFolder();
        var pickle = "}(X\u0004\0\0\0argscargparse\nNamespace\n)\u0081}X\u0001\0\0\0aK\u0001sbX\u0005\0\0\0epochK\u0007u.";
        using var file = TensorFile.Open(folder.Write("x.ckpt", [.. Prologue, 0x80, 2, .. Encoding.Latin1.GetBytes(pickle), 0x80, 2, .. "]."u8]));

        Assert.Equal("7", file.Metadata["epoch"]);
        Assert.Empty(file.Tensors);
    }

    // One value, and many calls of a function with it.
    private static string Repeat(string value, string function, string arguments, int times) =>
        value + "q\0" + function + "q\u00010](" + string.Concat(Enumerable.Repeat("h\u0001h\0" + arguments + "R", times)) + "e.";

    private static void AssertRefused(string latin1Pickle, string expected, byte[]? storages = null)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("x.pt", [.. Prologue, 0x80, 2, .. Encoding.Latin1.GetBytes(latin1Pickle), .. storages ?? [0x80, 2, .. "]."u8]]);

        Assert.Contains(expected, Refusal(path), StringComparison.Ordinal);
    }

    private static string Refusal(string path) => Assert.Throws<TensorFileException>(() => TensorFile.Open(path).Dispose()).Message;
}
