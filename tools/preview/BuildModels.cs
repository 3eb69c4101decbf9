#:project ../../src/PerceptualEval.ModelBuilder/PerceptualEval.ModelBuilder.csproj
#:property RestorePackagesWithLockFile=false

// dotnet run tools/preview/BuildModels.cs WEIGHTS MODELS: makes the folders of the preview models from the trained weights. How close
// each comes to its teacher is read from WEIGHTS/closeness.json, which evaluate.py writes.
using System.Text.Json;
using PerceptualEval.ModelBuilder.Preview;
using PerceptualEval.Models;

using var closeness = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(args[0], "closeness.json")));
foreach (var kind in (ModelKind[])[ModelKind.Decoder, ModelKind.Encoder, ModelKind.Lpips])
{
    var word = kind.ToString().ToLowerInvariant();
    var model = PreviewBuilder.Build(
        kind, Path.Combine(args[0], $"preview-{word}.safetensors"), args[1], closeness.RootElement.GetProperty(word).GetString()!);
    Console.WriteLine(model.Folder);
}
