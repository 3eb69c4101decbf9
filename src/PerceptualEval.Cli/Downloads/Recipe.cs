using PerceptualEval.ModelBuilder;
using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.ModelBuilder.Encoders;
using PerceptualEval.ModelBuilder.Perceptual;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Downloads;

/// <summary>How a model of the catalogue is built from its files: by this process, or by someone who fetched them by hand.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Entry">What it is built from.</param>
internal sealed record Recipe(string Name, CatalogueEntry Entry)
{
    /// <summary>Builds the model.</summary>
    /// <param name="pathOf">Where a file of the catalogue lies.</param>
    /// <param name="modelsFolder">The folder that gets the model's folder.</param>
    /// <exception cref="ModelException">The files can't be built into that model.</exception>
    public Model Build(Func<string, string> pathOf, string modelsFolder) => Entry.Kind switch
    {
        ModelKind.Decoder => DecoderBuilder.Build(Checkpoint(pathOf), Name, modelsFolder, new BuildOptions { Family = Entry.Family }),
        ModelKind.Encoder => EncoderBuilder.Build(Checkpoint(pathOf), Name, modelsFolder, new BuildOptions { Family = Entry.Family }),
        _ => LpipsBuilder.Build(Network, pathOf(Entry.Backbone!), pathOf(Entry.Heads!), Entry.Version!, Name, modelsFolder),
    };

    /// <summary>The command that builds the model from files that lie in the current folder.</summary>
    public string Command() => Entry.Kind == ModelKind.Lpips
        ? $"perceptual-eval build lpips --net {Entry.Net} --backbone {FileName(Entry.Backbone!)} --heads {FileName(Entry.Heads!)} --version {Entry.Version} --name {Name}"
        : $"perceptual-eval build {Entry.Kind.ToString().ToLowerInvariant()} {(Entry.Config is null ? FileName(Entry.Weights!) : ".")}{(Entry.Family is null ? string.Empty : $" --family {Entry.Family}")} --name {Name}";

    private LpipsNetwork Network => Entry.Net switch
    {
        "squeeze" => LpipsNetwork.Squeeze,
        "alex" => LpipsNetwork.Alex,
        _ => LpipsNetwork.Vgg,
    };

    // A checkpoint with a config.json beside it is a diffusers folder, and is given as one.
    private string Checkpoint(Func<string, string> pathOf) =>
        Entry.Config is null ? pathOf(Entry.Weights!) : Path.GetDirectoryName(pathOf(Entry.Weights!))!;

    private static string FileName(string file) => file.Split('/')[^1];
}
