using PerceptualEval.TensorFiles.Compression;

namespace PerceptualEval.TensorFiles.Torch;

/// <summary>Files of <c>torch.save</c> since 1.6: a zip archive with a pickle and one member per storage.</summary>
internal static class TorchFile
{
    private const string PickleName = "data.pkl";

    /// <summary>Whether an archive is a torch file.</summary>
    public static bool Recognises(ZipContainer archive) => FindPickle(archive) is not null;

    /// <summary>Lists what the archive's pickle describes.</summary>
    /// <exception cref="InvalidDataException">The pickle is hostile, or storages are missing or short.</exception>
    public static TensorListing List(ZipContainer archive)
    {
        var pickle = FindPickle(archive)!;
        var folder = pickle.Name[..^PickleName.Length];
        if (archive.Find(folder + "constants.pkl") is not null)
        {
            throw new InvalidDataException("is a TorchScript program (torch.jit.save); expected weights. Save its state_dict() with torch.save.");
        }

        var root = new Unpickler(new PickleInput(pickle), new TorchObjects()).Load();
        return new TorchListing(storage => Place(archive, folder, storage), IsBigEndian(archive, folder)).List(root, pickle.Length, archive);
    }

    private static ZipMember? FindPickle(ZipContainer archive) => archive.Members.FirstOrDefault(member =>
        member.Name.EndsWith(PickleName, StringComparison.Ordinal) && member.Name.AsSpan(..^PickleName.Length).Count('/') <= 1);

    private static ZipMember Place(ZipContainer archive, string folder, TorchStorage storage)
    {
        var name = $"{folder}data/{storage.Key}";
        var member = archive.Find(name) ?? throw new InvalidDataException($"lacks '{name}', which its pickle refers to; the file is damaged");
        return member.Length >= storage.ByteLength
            ? member
            : throw new InvalidDataException(
                $"its member '{name}' has {member.Length} bytes; its pickle says {storage.ByteLength} ({storage.ElementCount} of {storage.Type}). "
                + "The file is damaged; copy or download it again.");
    }

    private static bool IsBigEndian(ZipContainer archive, string folder)
    {
        // torch 2.1 and later say; before, only little-endian machines wrote files that anybody has.
        if (archive.Find(folder + "byteorder") is not { } member)
        {
            return false;
        }

        var text = new PickleInput(member).Text((ulong)Math.Min(member.Length, 16));
        return text switch
        {
            "little" => false,
            "big" => true,
            _ => throw new InvalidDataException($"its byte order is '{text}'; expected 'little' or 'big'"),
        };
    }
}
