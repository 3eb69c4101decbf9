using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.Models;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Building;

/// <summary>Where a model's folder goes: whole or not at all, and never over another one.</summary>
public sealed class ModelFolderTests(TestModels models) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Build_NewModelsFolder_HoldsTheModelAndNothingElse()
    {
        var model = Build("tiny", _folder["models/deep"]);

        Assert.Equal(_folder["models/deep/tiny"], model.Folder);
        Assert.Equal(["decoder.onnx", "manifest.json"], Directory.EnumerateFileSystemEntries(model.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(["tiny"], Directory.EnumerateFileSystemEntries(_folder["models/deep"]).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Build_NameTaken_IsRefusedAndLeavesWhatIsThere(bool byFolder)
    {
        File.WriteAllText(byFolder ? Path.Combine(Directory.CreateDirectory(_folder["tiny"]).FullName, "mine") : _folder["tiny"], "mine");

        var exception = Assert.Throws<ModelException>(() => Build("tiny", _folder.Root));

        Assert.Contains($"'{_folder["tiny"]}' exists already", exception.Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(byFolder ? _folder["tiny/mine"] : _folder["tiny"]));
        Assert.Equal(["tiny"], _folder.Files);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("/rooted")]
    [InlineData("nul\0")]
    public void Build_NameThatIsNoFolderName_IsRefused(string name)
    {
        var exception = Assert.Throws<ModelException>(() => Build(name, _folder.Root));

        Assert.Contains($"model name '{name}'", exception.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void Build_ModelsFolderIsAFile_IsRefusedByPath()
    {
        File.WriteAllText(_folder["models"], "a file");

        var exception = Assert.Throws<ModelException>(() => Build("tiny", _folder["models"]));

        Assert.Contains($"'{_folder["models/tiny"]}' can't be written", exception.Message, StringComparison.Ordinal);
        Assert.Contains("--models", exception.Message, StringComparison.Ordinal);
        Assert.Equal("a file", File.ReadAllText(_folder["models"]));
        Assert.Equal(["models"], _folder.Files);
    }

    public void Dispose() => _folder.Dispose();

    private Model Build(string name, string modelsFolder) => DecoderBuilder.Build(models.DecoderCheckpoint(4), name, modelsFolder);
}
