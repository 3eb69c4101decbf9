using System.Text;

namespace PerceptualEval.TensorFiles;

/// <summary>
/// Reads a pickle (protocols 2 to 5) as data. It has no way to run anything: names are checked against
/// <see cref="TorchVocabulary"/>, and <see cref="TorchObjects"/> makes data of them.
/// </summary>
/// <remarks>Opcodes: Python's <c>pickletools</c>.</remarks>
internal sealed class Unpickler(PickleInput input, TorchObjects objects)
{
    // One byte of pickle can make an object of a hundred bytes. Weights take about 40 opcodes a tensor, so this is 200,000 tensors.
    private const int MaxOpcodes = 8 << 20;

    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<ulong, object?> _memo = [];

    /// <summary>Reads one pickle, up to its STOP.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or asks for something that is not data.</exception>
    public object? Load()
    {
        for (var count = 0; count < MaxOpcodes; count++)
        {
            var opcode = input.Byte();
            if (opcode == (byte)'.')
            {
                return Pop();
            }

            Execute(opcode);
        }

        throw new InvalidDataException($"its pickle has more than {MaxOpcodes} instructions; refused");
    }

    private void Execute(byte opcode)
    {
        switch (opcode)
        {
            case 0x80:
                CheckProtocol(input.Byte());
                break;
            case 0x95: // FRAME: a hint for readers that buffer
                input.UInt64();
                break;
            case (byte)'(': // MARK, POP, POP_MARK, DUP
                _marks.Add(_stack.Count);
                break;
            case (byte)'0':
                Pop();
                break;
            case (byte)'1':
                PopMark();
                break;
            case (byte)'2':
                Push(Peek());
                break;
            case (byte)'q': // BINPUT, LONG_BINPUT, MEMOIZE, BINGET, LONG_BINGET
                _memo[input.Byte()] = Peek();
                break;
            case (byte)'r':
                _memo[input.UInt32()] = Peek();
                break;
            case 0x94:
                _memo[(ulong)_memo.Count] = Peek();
                break;
            case (byte)'h':
                Push(Recall(input.Byte()));
                break;
            case (byte)'j':
                Push(Recall(input.UInt32()));
                break;
            case (byte)'c': // GLOBAL; INST, of protocol 0, names a class as well: let the refusal name it too
            case (byte)'i':
                PushGlobal(input.Line(), input.Line());
                break;
            case 0x93: // STACK_GLOBAL
                var name = Pop<string>();
                PushGlobal(Pop<string>(), name);
                break;
            case (byte)'Q': // BINPERSID
                Push(objects.Resolve(Pop()));
                break;
            case (byte)'R' or 0x81: // REDUCE, NEWOBJ
                var arguments = Pop<object?[]>();
                Push(TorchObjects.Call(Pop<PickleGlobal>(), arguments));
                break;
            case 0x92: // NEWOBJ_EX
                Pop();
                var positional = Pop<object?[]>();
                Push(TorchObjects.Call(Pop<PickleGlobal>(), positional));
                break;
            case (byte)'b': // BUILD
                var state = Pop();
                TorchObjects.SetState(Peek(), state);
                break;
            default:
                if (!PushLiteral(opcode) && !BuildCollection(opcode))
                {
                    throw Unknown(opcode);
                }

                break;
        }
    }

    private bool PushLiteral(byte opcode)
    {
        object? value;
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
                return false;
        }

        Push(value);
        return true;
    }

    private bool BuildCollection(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'}':
                Push(new PickleDict());
                break;
            case (byte)']' or 0x8f: // EMPTY_LIST, EMPTY_SET
                Push(new PickleList());
                break;
            case (byte)')':
                Push(Array.Empty<object?>());
                break;
            case 0x85 or 0x86 or 0x87:
                Push(PopMany(opcode - 0x84));
                break;
            case (byte)'t':
                Push(PopMark());
                break;
            case (byte)'l' or 0x91: // LIST, FROZENSET
                var list = new PickleList();
                list.Items.AddRange(PopMark());
                Push(list);
                break;
            case (byte)'d':
                var entries = PopMark();
                Push(new PickleDict());
                SetItems(entries);
                break;
            case (byte)'a': // APPEND
                Append([Pop()]);
                break;
            case (byte)'e' or 0x90: // APPENDS, ADDITEMS
                Append(PopMark());
                break;
            case (byte)'s': // SETITEM, SETITEMS
                SetItems(PopMany(2));
                break;
            case (byte)'u':
                SetItems(PopMark());
                break;
            default:
                return false;
        }

        return true;
    }

    private void Append(object?[] values)
    {
        switch (Peek())
        {
            case PickleList list:
                list.Items.AddRange(values);
                break;
            case not PickleOpaque:
                throw Misused("a list");
        }
    }

    private void SetItems(object?[] keysAndValues)
    {
        switch (Peek())
        {
            case PickleDict dict when keysAndValues.Length % 2 == 0:
                for (var i = 0; i < keysAndValues.Length; i += 2)
                {
                    dict.Items.Add(new(keysAndValues[i], keysAndValues[i + 1]));
                }

                break;
            case not PickleOpaque:
                throw Misused("a dict");
        }
    }

    private void PushGlobal(string module, string name) => Push(TorchVocabulary.Find(module, name));

    private void Push(object? value) => _stack.Add(value);

    private object? Peek() => _stack.Count > Floor ? _stack[^1] : throw Misused("a value");

    private object? Pop()
    {
        var value = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private T Pop<T>() => Pop() is T value ? value : throw Misused(typeof(T) == typeof(PickleGlobal) ? "a class or function" : "a string or tuple");

    private object?[] PopMany(int count)
    {
        if (_stack.Count - Floor < count)
        {
            throw Misused($"{count} values");
        }

        var values = _stack.GetRange(_stack.Count - count, count).ToArray();
        _stack.RemoveRange(_stack.Count - count, count);
        return values;
    }

    private object?[] PopMark()
    {
        if (_marks.Count == 0)
        {
            throw Misused("a mark");
        }

        var values = PopMany(_stack.Count - _marks[^1]);
        _marks.RemoveAt(_marks.Count - 1);
        return values;
    }

    private object? Recall(ulong index) => _memo.TryGetValue(index, out var value) ? value : throw Misused($"memo {index}");

    // Values below the innermost mark are out of reach until the mark is taken away.
    private int Floor => _marks.Count == 0 ? 0 : _marks[^1];

    private static void CheckProtocol(byte protocol)
    {
        if (protocol is < 2 or > 5)
        {
            throw new InvalidDataException($"its pickle is of protocol {protocol}; 2 to 5 are read");
        }
    }

    private InvalidDataException Misused(string expected) => new($"its pickle is damaged before byte {input.Position}: expected {expected}");

    private InvalidDataException Unknown(byte opcode) =>
        new($"its pickle has the instruction 0x{opcode:x2} before byte {input.Position}, which is not known; it is damaged or not of torch.save");
}
