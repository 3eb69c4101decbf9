using PerceptualEval.Cli.Datasets.Reading;

namespace PerceptualEval.Cli.Datasets;

/// <summary>Reads a dataset batch by batch, one batch ahead of the one that is being scored.</summary>
internal static class BatchReader
{
    /// <summary>
    /// The dataset's batches, of samples of equal shapes: see <see cref="ShapeRuns"/>. Where shapes alternate the samples are not in order:
    /// <see cref="SampleOrder{T}"/> mends that. Those of archives that are read from front to back always are.
    /// While the caller works on one, the next is read on another thread; a fault surfaces in place of the batch it happened in.
    /// </summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="batchSize">The most samples in one batch, at least 1.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Batches; each belongs to the caller, who disposes it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The batch size is less than 1.</exception>
    /// <exception cref="DatasetException">While enumerating: two files don't go together, or an id comes twice.</exception>
    /// <exception cref="TensorFiles.TensorFileException">While enumerating: a tensor file can't be read.</exception>
    /// <exception cref="Images.ImageFileException">While enumerating: a picture can't be read.</exception>
    /// <exception cref="OperationCanceledException">While enumerating: the reading was stopped.</exception>
    public static IEnumerable<SampleBatch> Read(Dataset dataset, int batchSize, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        return Read(dataset, () => batchSize, cancellationToken);
    }

    /// <summary>The same, with batches whose size may change.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="batchSize">The most samples in the batch that is read now, at least 1.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Batches; each belongs to the caller, who disposes it.</returns>
    public static IEnumerable<SampleBatch> Read(Dataset dataset, Func<int> batchSize, CancellationToken cancellationToken = default) =>
        ReadAhead(dataset, batchSize, cancellationToken);

    private static IEnumerable<SampleBatch> ReadAhead(Dataset dataset, Func<int> batchSize, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var batches = ReadInTurn(dataset, batchSize, stop.Token).GetEnumerator();
        var next = Task.Run(Next, CancellationToken.None);
        try
        {
            while (next.GetAwaiter().GetResult() is { } batch)
            {
                next = Task.Run(Next, CancellationToken.None);
                yield return batch;
            }
        }
        finally
        {
            // Where the caller leaves early, a batch is still being read that nobody will ask for.
            stop.Cancel();
            Task.WaitAny([next], CancellationToken.None);
            if (next.IsCompletedSuccessfully)
            {
                next.Result?.Dispose();
            }
        }

        SampleBatch? Next() => batches.MoveNext() ? batches.Current : null;
    }

    private static IEnumerable<SampleBatch> ReadInTurn(Dataset dataset, Func<int> batchSize, CancellationToken cancellationToken)
    {
        using var reader = new SampleReader(dataset.SourceCount);
        int? settled = null;
        foreach (var (run, nothingWaits) in ShapeRuns.Of(Samples(dataset, cancellationToken), batchSize, dataset.InOrderOnly))
        {
            if (Read(dataset, run, reader, cancellationToken) is { } batch)
            {
                if (settled is { } count)
                {
                    (batch.SettledBefore, batch.PassedOver) = ([.. batch.PassedOver.Take(count)], [.. batch.PassedOver.Skip(count)]);
                    settled = null;
                }

                batch.NothingWaits = nothingWaits;
                yield return batch;
            }
            else if (nothingWaits)
            {
                settled = dataset.Bad.NewCount;
            }
        }
    }

    private static IEnumerable<Sample> Samples(Dataset dataset, CancellationToken cancellationToken)
    {
        foreach (var sample in dataset.Samples())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return sample;
        }
    }

    // Null where none of the run's samples can be read.
    private static SampleBatch? Read(Dataset dataset, List<Sample> run, SampleReader reader, CancellationToken cancellationToken)
    {
        while (run.Count > 0)
        {
            try
            {
                var batch = SampleBatch.Read(run, reader, cancellationToken);
                batch.PassedOver = dataset.Bad.TakeNew();
                return batch;
            }
            catch (Exception exception) when (dataset.PassesOver(reader.Current!.Id, exception, reader.Current!.Number))
            {
                run.Remove(reader.Current!);
            }
        }

        return null;
    }
}
