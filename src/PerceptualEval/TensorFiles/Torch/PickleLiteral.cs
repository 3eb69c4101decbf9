using System.Text;

namespace PerceptualEval.TensorFiles.Torch;

/// <summary>The instructions of a pickle that push a value which stands in it: None, numbers, texts, bytes.</summary>
internal static class PickleLiteral
{
    /// <summary>Reads the value that an instruction pushes.</summary>
    /// <returns>False where the instruction is of another kind; nothing is read then.</returns>
    /// <exception cref="InvalidDataException">The pickle ends within the value.</exception>
    public static bool TryRead(PickleInput input, byte opcode, out object? value)
    {
        switch (opcode)
        {
            case (byte)'N':
                value = null;
                break;
            case 0x88 or 0x89: // NEWTRUE, NEWFALSE
                value = opcode == 0x88;
                break;
            case (byte)'J': // BININT, BININT1, BININT2, LONG1, LONG4
                value = (long)input.Int32();
                break;
            case (byte)'K':
                value = (long)input.Byte();
                break;
            case (byte)'M':
                value = (long)input.UInt16();
                break;
            case 0x8a:
                value = input.Integer(input.Byte());
                break;
            case 0x8b:
                value = input.Integer(input.UInt32());
                break;
            case (byte)'G':
                value = input.DoubleBigEndian();
                break;
            case (byte)'X': // BINUNICODE, SHORT_BINUNICODE, BINUNICODE8
                value = input.Text(input.UInt32());
                break;
            case 0x8c:
                value = input.Text(input.Byte());
                break;
            case 0x8d:
                value = input.Text(input.UInt64());
                break;
            case (byte)'U': // SHORT_BINSTRING, BINSTRING: str of Python 2
                value = Encoding.Latin1.GetString(input.Bytes(input.Byte()));
                break;
            case (byte)'T':
                value = Encoding.Latin1.GetString(input.Bytes(input.UInt32()));
                break;
            case (byte)'C': // SHORT_BINBYTES, BINBYTES, then BINBYTES8 and BYTEARRAY8
                value = input.Bytes(input.Byte());
                break;
            case (byte)'B':
                value = input.Bytes(input.UInt32());
                break;
            case 0x8e or 0x96:
                value = input.Bytes(input.UInt64());
                break;
            default:
                value = null;
                return false;
        }

        return true;
    }
}
