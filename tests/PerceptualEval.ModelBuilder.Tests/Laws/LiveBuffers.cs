namespace PerceptualEval.ModelBuilder.Tests.Laws;

/// <summary>Tests that compare how many buffers live before and after: the count is the process's, so nothing may run beside them.</summary>
[CollectionDefinition(nameof(LiveBuffers), DisableParallelization = true)]
public sealed class LiveBuffers;
