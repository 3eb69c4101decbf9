using PerceptualEval.Models;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Tests.Models;

/// <summary>Tests that set environment variables: those are the process's, so nothing may run beside them.</summary>
[CollectionDefinition(nameof(EnvironmentVariables), DisableParallelization = true)]
public sealed class EnvironmentVariables;

/// <summary>Where a model's name is looked up; the stores hold manifests only, for nothing is loaded.</summary>
[Collection(nameof(EnvironmentVariables))]
public sealed class ModelStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string? _outerVariable = Environment.GetEnvironmentVariable(ModelStore.EnvironmentVariable);

    public ModelStoreTests() => Environment.SetEnvironmentVariable(ModelStore.EnvironmentVariable, _folder["variable"]);

    [Fact]
    public void Find_NameInBothFolders_TakesTheOneGivenThenTheVariable()
    {
        Put("given", "both");
        Put("variable", "both");
        Put("variable", "one");
        var store = new ModelStore(_folder["given"]);

        Assert.Equal([_folder["given"], _folder["variable"]], store.Folders.Take(2));
        Assert.Equal(_folder["given/both"], store.Find("both", ModelKind.Decoder).Folder);
        Assert.Equal(_folder["variable/one"], store.Find("one", ModelKind.Decoder).Folder);
        Assert.Equal(_folder["variable/both"], new ModelStore().Find("both", ModelKind.Decoder).Folder);
    }

    [Fact]
    public void Find_VariableUnset_DoesNotLookThere()
    {
        Put("variable", "one");
        Environment.SetEnvironmentVariable(ModelStore.EnvironmentVariable, string.Empty);

        Assert.Throws<ModelException>(() => new ModelStore(_folder["given"]).Find("one", ModelKind.Decoder));
    }

    [Theory]
    [InlineData("elsewhere/tiny")]
    [InlineData("elsewhere/tiny/")]
    [InlineData("elsewhere/../elsewhere/tiny")]
    public void Find_FolderPath_NeedsNoStore(string path)
    {
        Put("elsewhere", "tiny");
        Put("given", "tiny");

        var model = new ModelStore(_folder["given"]).Find(_folder[path], ModelKind.Decoder);

        Assert.Equal(_folder["elsewhere/tiny"], Path.TrimEndingDirectorySeparator(model.Folder));
    }

    [Fact]
    public void Find_UnknownName_ListsInstalledModelsOfTheKindAndTheFolders()
    {
        Put("given", "tiny");
        Put("variable", "small");
        Put("given", "judge", "lpips");

        var exception = Assert.Throws<ModelException>(() => new ModelStore(_folder["given"]).Find("big", ModelKind.Decoder));

        Assert.Contains($"no decoder model 'big' in '{_folder["given"]}', '{_folder["variable"]}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("tiny", exception.Message, StringComparison.Ordinal);
        Assert.Contains("small", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("judge", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_NothingOfTheKindInstalled_SaysHowToMakeOne()
    {
        var exception = Assert.Throws<ModelException>(() => new ModelStore(_folder["given"]).Find("big", ModelKind.Pairwise));

        Assert.Contains("perceptual-eval build", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_ModelOfAnotherKind_SaysBothKinds()
    {
        Put("given", "judge", "lpips");

        var exception = Assert.Throws<ModelException>(() => new ModelStore(_folder["given"]).Find("judge", ModelKind.Decoder));

        Assert.Contains("'judge'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("is of kind lpips; this needs one of kind decoder", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_DamagedManifest_IsRefusedAndListPassesItOver()
    {
        Put("given", "tiny");
        Put("given", "broken");
        File.WriteAllText(_folder["given/broken/manifest.json"], "{");
        var store = new ModelStore(_folder["given"]);

        Assert.Contains("broken", Assert.Throws<ModelException>(() => store.Find("broken", ModelKind.Decoder)).Message, StringComparison.Ordinal);
        Assert.Contains("tiny", store.List().Select(model => model.Name));
        Assert.DoesNotContain("broken", store.List().Select(model => Path.GetFileName(model.Folder)));
    }

    [Fact]
    public void List_NameInTwoFolders_ListsTheFirst()
    {
        Put("given", "both");
        Put("variable", "both");
        Put("variable", "another");

        var listed = new ModelStore(_folder["given"]).List().Select(model => model.Folder).ToArray();

        Assert.Equal([_folder["given/both"], _folder["variable/another"]], listed.Take(2));
        Assert.DoesNotContain(_folder["variable/both"], listed);
    }

    [Fact]
    public void Open_ManifestWithoutGraphs_IsRefused()
    {
        Directory.CreateDirectory(_folder["empty"]);
        File.WriteAllText(_folder["empty/manifest.json"], """{ "name": "empty", "kind": "decoder", "architecture": "a", "graphs": {} }""");

        Assert.Contains("names no graph", Assert.Throws<ModelException>(() => Model.Open(_folder["empty"])).Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(ModelStore.EnvironmentVariable, _outerVariable);
        _folder.Dispose();
    }

    private void Put(string store, string name, string kind = "decoder")
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder[store], name)).FullName;
        File.WriteAllText(Path.Combine(folder, ModelManifest.FileName), $$"""
            { "name": "{{name}}", "kind": "{{kind}}", "architecture": "a", "graphs": { "graph": { "file": "graph.onnx", "sha256": "00" } } }
            """);
    }
}
