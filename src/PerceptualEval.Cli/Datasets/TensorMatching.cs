namespace PerceptualEval.Cli.Datasets;

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
        var files = group.Paths.Zip(inputs, (path, input) => SampleTensor.ReadHeaders(path, input.Kind, input.Layout)).ToArray();
        IReadOnlyList<TensorGroup> matches = files.All(tensors => tensors.Count == 1)
            ? [new TensorGroup(group.Id, [.. files.Select(tensors => tensors[0])])]
            : MatchByKey(group.Id, files, inputs, leftOut);
        foreach (var match in matches)
        {
            RefuseMismatch(match.Tensors, inputs);
        }

        return matches;
    }

    private static List<TensorGroup> MatchByKey(string id, IReadOnlyList<SampleTensor>[] files, IReadOnlyList<DatasetInput> inputs, LeftOut leftOut)
    {
        var byKey = files.Select(tensors => tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal)).ToArray();
        var matches = new List<TensorGroup>(files[0].Count);
        foreach (var first in files[0])
        {
            var lacking = inputs.Where((_, i) => !byKey[i].ContainsKey(first.Name)).ToArray();
            foreach (var input in lacking)
            {
                leftOut.Add(LeftOut.NoPartner(inputs[0], input), IdOf(first));
            }

            if (lacking.Length == 0)
            {
                matches.Add(new TensorGroup(IdOf(first), [.. byKey.Select(tensors => tensors[first.Name])]));
            }
        }

        for (var other = 1; other < files.Length; other++)
        {
            foreach (var tensor in files[other].Where(tensor => !byKey[0].ContainsKey(tensor.Name)))
            {
                leftOut.Add(LeftOut.NoPartner(inputs[other], inputs[0]), IdOf(tensor));
            }
        }

        return matches;

        string IdOf(SampleTensor tensor) => tensor.Name.Length == 0 ? id : $"{id}/{tensor.Name}";
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
