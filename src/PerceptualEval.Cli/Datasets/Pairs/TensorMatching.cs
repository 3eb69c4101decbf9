using PerceptualEval.Models;

namespace PerceptualEval.Cli.Datasets.Pairs;

/// <summary>Finds which tensors of paired files belong together: the only ones of their files with each other, several by their keys.</summary>
internal static class TensorMatching
{
    /// <summary>Reads the headers of a group's files and pairs their tensors.</summary>
    /// <param name="group">The files.</param>
    /// <param name="inputs">What they hold.</param>
    /// <param name="leftOut">Receives the tensors that have no partner.</param>
    /// <returns>The pairs, in the order of the first file; none where no keys match.</returns>
    /// <exception cref="DatasetException">A tensor is no latent or image, or paired ones have different shapes.</exception>
    /// <exception cref="TensorFiles.TensorFileException">A tensor file can't be read.</exception>
    /// <exception cref="Images.ImageFileException">A picture can't be read.</exception>
    public static IReadOnlyList<TensorGroup> Match(FileGroup group, IReadOnlyList<DatasetInput> inputs, LeftOut leftOut)
    {
        var files = group.Files.Zip(inputs, SampleTensor.ReadHeaders).ToArray();
        IReadOnlyList<TensorGroup> matches = files.All(tensors => tensors.Count == 1)
            ? [new TensorGroup(group.Id, [.. files.Select(tensors => tensors[0])])]
            : MatchByKey(group.Id, files, inputs, leftOut);
        foreach (var match in matches)
        {
            RefuseMismatch(match.Tensors, inputs);
            RefuseOtherUnits(match.Tensors);
        }

        return matches;
    }

    private static List<TensorGroup> MatchByKey(string id, IReadOnlyList<SampleTensor>[] files, IReadOnlyList<DatasetInput> inputs, LeftOut leftOut)
    {
        var byKey = files.Select(tensors => tensors.ToDictionary(tensor => tensor.Key, StringComparer.Ordinal)).ToArray();
        var matches = new List<TensorGroup>(files[0].Count);
        var matched = new HashSet<SampleTensor>(ReferenceEqualityComparer.Instance);
        foreach (var first in files[0])
        {
            var partners = Array.ConvertAll(byKey, tensors => PartnerOf(first, files[0].Count == 1, tensors));
            if (partners.All(partner => partner is not null))
            {
                matches.Add(new TensorGroup(IdOf(first), partners!));
                matched.UnionWith(partners!);
            }
            else if (!IsFlipped(first))
            {
                foreach (var (_, input) in partners.Zip(inputs).Where(pair => pair.First is null))
                {
                    leftOut.Add(LeftOut.NoPartner(inputs[0], input), IdOf(first));
                }
            }
        }

        for (var other = 1; other < files.Length; other++)
        {
            foreach (var tensor in files[other].Where(tensor => !matched.Contains(tensor) && !IsFlipped(tensor) && PartnerOf(tensor, false, byKey[0]) is null))
            {
                leftOut.Add(LeftOut.NoPartner(inputs[other], inputs[0]), IdOf(tensor));
            }
        }

        return matches;

        string IdOf(SampleTensor tensor) => tensor.Key.Length == 0 ? id : $"{id}/{tensor.Key}";
    }

    // By key; where a file has one tensor only, that is the main one of the other file (which has no key), whatever it is called.
    private static SampleTensor? PartnerOf(SampleTensor tensor, bool isOnlyOne, Dictionary<string, SampleTensor> others) =>
        others.TryGetValue(tensor.Key, out var partner) || (isOnlyOne && others.TryGetValue("", out partner)) ? partner
        : tensor.Key.Length == 0 && others.Count == 1 ? others.Values.First()
        : null;

    // A cache's mirrored view of an image: nobody misses it where the other files have none.
    private static bool IsFlipped(SampleTensor tensor) => tensor.Stored is { IsFlipped: true };

    // What the user says of the units goes for the files that do not say it themselves. Where all say something else, one of both is wrong.
    private static void RefuseOtherUnits(SampleTensor[] tensors)
    {
        var latents = tensors.Where(tensor => tensor.Kind == SourceKind.Latent).ToArray();
        if (latents.Length > 0 && latents.All(tensor => tensor.UnitStatement!.Units is { } units && tensor.Reading.Units is { } said && units != said))
        {
            var found = latents[0].Units == LatentUnits.Raw ? "raw" : "model";
            throw new UsageException($"{latents[0]} is in {found} units ({latents[0].UnitStatement!.Evidence}); --units says otherwise. "
                + "Leave out --units, or read the file as nobody's in particular with --format plain.");
        }
    }

    // Latents compare with latents and images with images value by value; a latent and its image only have to be as many.
    private static void RefuseMismatch(SampleTensor[] tensors, IReadOnlyList<DatasetInput> inputs)
    {
        for (var other = 1; other < tensors.Length; other++)
        {
            if (tensors[other].Count != tensors[0].Count)
            {
                throw new DatasetException($"{tensors[0]} ({inputs[0].Option}) holds {tensors[0].Count} samples, "
                    + $"{tensors[other]} ({inputs[other].Option}) {tensors[other].Count}; expected as many. Give files of the same batch.");
            }

            if (inputs[other].Kind == inputs[0].Kind && tensors[other].SampleShape != tensors[0].SampleShape)
            {
                throw new DatasetException($"{tensors[0]} ({inputs[0].Option}); {tensors[other]} ({inputs[other].Option}); "
                    + "expected equal shapes. Give files of the same latent space and size.");
            }
        }
    }
}
