using System.Text.Json;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Tests.TensorFiles;

/// <summary>The torch.save files of the shared reference data (group I), all of them, through the library.</summary>
public sealed class ReferenceTorchFilesTests
{
    [Fact]
    public void Open_EveryReadableReferenceFile_HoldsTheExpectedTensors()
    {
        foreach (var test in Cases().Where(test => !IsHostile(test)))
        {
            using var file = Open(test);
            var expected = test.GetProperty("expected").GetProperty("tensors").EnumerateArray().ToArray();
            Assert.Equal("torch", file.Format);
            Assert.Equal(expected.Select(tensor => tensor.GetProperty("key").GetString()), file.Tensors.Select(entry => entry.Name));
            foreach (var (tensor, entry) in expected.Zip(file.Tensors))
            {
                long[] shape = [.. tensor.GetProperty("shape").EnumerateArray().Select(length => length.GetInt64())];
                Assert.Equal(new TensorShape(shape), entry.Shape);
                Assert.Equal(tensor.GetProperty("dtype").GetString(), entry.Type.ToString().ToLowerInvariant());
                using var values = TensorFile.Open(Reference(tensor.GetProperty("values").GetString()!));
                using var wanted = values.Read(values.Tensors[0]);
                using var found = file.Read(entry);
                Assert.Equal(wanted.Span, found.Span);
            }
        }

    }

    [Fact]
    public void Open_EveryHostileReferenceFile_IsRefused()
    {
        foreach (var test in Cases().Where(IsHostile))
        {
            var exception = Assert.Throws<TensorFileException>(() => Open(test).Dispose());

            Assert.DoesNotContain('\n', exception.Message);
        }
    }

    [Theory]
    [InlineData("hostile_zip.pt")]
    [InlineData("hostile_legacy.pt")]
    [InlineData("hostile_in_dict.pt")]
    public void Open_PickleThatCallsSystem_IsRefusedByName(string name)
    {
        var path = Reference(Path.Combine("I_torch_pickle", name));

        var exception = Assert.Throws<TensorFileException>(() => TensorFile.Open(path));

        Assert.Equal($"'{path}': its pickle asks for 'posix.system', which is not data; refused.", exception.Message);
    }

    [Fact]
    public void Metadata_OfADictBesideTensors_KeepsItsScalars()
    {
        using var file = TensorFile.Open(Reference("I_torch_pickle/dict_latent_meta.pt"));

        Assert.NotEmpty(file.Metadata);
        Assert.All(file.Metadata.Keys, key => Assert.StartsWith("meta/", key, StringComparison.Ordinal));
    }

    private static IEnumerable<JsonElement> Cases()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Reference("cases.json")));
        return [.. document.RootElement.GetProperty("cases").EnumerateArray()
            .Where(test => test.GetProperty("group").GetString() == "I").Select(test => test.Clone())];
    }

    private static bool IsHostile(JsonElement test) => test.GetProperty("kind").GetString() == "torch-pickle-hostile";

    private static TensorFile Open(JsonElement test) => TensorFile.Open(Reference(test.GetProperty("inputs").GetProperty("file").GetString()!));

    private static string Reference(string path) => SharedFolder.Require("reference", path);
}
