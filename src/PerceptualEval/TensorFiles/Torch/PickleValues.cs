namespace PerceptualEval.TensorFiles.Torch;

/// <summary>A dict of any flavour, in the order of insertion.</summary>
internal sealed class PickleDict
{
    public List<KeyValuePair<object?, object?>> Items { get; } = [];

    /// <summary>The value under a string key; null where there is none.</summary>
    public object? this[string key] => Items.Find(item => item.Key is string name && name == key).Value;
}

/// <summary>A list or a set.</summary>
internal sealed class PickleList
{
    public List<object?> Items { get; } = [];
}

/// <summary>A class or function that a pickle names. It is only ever compared with known names, never looked up.</summary>
internal sealed record PickleGlobal(string FullName);

/// <summary>An object of an inert class that is none of our business: whatever is put into it is dropped.</summary>
internal sealed record PickleOpaque(string ClassName);
