namespace PerceptualEval.TensorFiles.Torch;

/// <summary>
/// Reads a pickle (protocols 2 to 5) as data. It has no way to run anything: names are checked against
/// <see cref="TorchVocabulary"/>, and <see cref="TorchObjects"/> makes data of them.
/// </summary>
/// <remarks>Opcodes: Python's <c>pickletools</c>.</remarks>
internal sealed class Unpickler(PickleInput input, TorchObjects objects)
{
    // One byte of pickle can make an object of a hundred bytes. Weights take about 40 opcodes a tensor, so this is 200,000 tensors.
    private const int MaxOpcodes = 8 << 20;

    private readonly PickleStack _stack = new(input);
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
                return _stack.Pop();
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
                _stack.Mark();
                break;
            case (byte)'0':
                _stack.Pop();
                break;
            case (byte)'1':
                _stack.PopMark();
                break;
            case (byte)'2':
                _stack.Push(_stack.Peek());
                break;
            case (byte)'q': // BINPUT, LONG_BINPUT, MEMOIZE, BINGET, LONG_BINGET
                _memo[input.Byte()] = _stack.Peek();
                break;
            case (byte)'r':
                _memo[input.UInt32()] = _stack.Peek();
                break;
            case 0x94:
                _memo[(ulong)_memo.Count] = _stack.Peek();
                break;
            case (byte)'h':
                _stack.Push(Recall(input.Byte()));
                break;
            case (byte)'j':
                _stack.Push(Recall(input.UInt32()));
                break;
            case (byte)'c': // GLOBAL
                PushGlobal(input.Line(), input.Line());
                break;
            case (byte)'i': // INST, of protocol 0, names a class as well: let the refusal name it too
                PushGlobal(input.Line(), input.Line());
                throw Unknown(opcode);
            case 0x93: // STACK_GLOBAL
                var name = _stack.Pop<string>();
                PushGlobal(_stack.Pop<string>(), name);
                break;
            case (byte)'Q': // BINPERSID
                _stack.Push(objects.Resolve(_stack.Pop()));
                break;
            case (byte)'R' or 0x81: // REDUCE, NEWOBJ
                var arguments = _stack.Pop<object?[]>();
                _stack.Push(objects.Call(_stack.Pop<PickleGlobal>(), arguments));
                break;
            case 0x92: // NEWOBJ_EX
                _stack.Pop();
                var positional = _stack.Pop<object?[]>();
                _stack.Push(objects.Call(_stack.Pop<PickleGlobal>(), positional));
                break;
            case (byte)'b': // BUILD
                var state = _stack.Pop();
                TorchObjects.SetState(_stack.Peek(), state);
                break;
            default:
                if (PickleLiteral.TryRead(input, opcode, out var literal))
                {
                    _stack.Push(literal);
                }
                else if (!BuildCollection(opcode))
                {
                    throw Unknown(opcode);
                }

                break;
        }
    }

    private bool BuildCollection(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'}':
                _stack.Push(new PickleDict());
                break;
            case (byte)']' or 0x8f: // EMPTY_LIST, EMPTY_SET
                _stack.Push(new PickleList());
                break;
            case (byte)')':
                _stack.Push(Array.Empty<object?>());
                break;
            case 0x85 or 0x86 or 0x87:
                _stack.Push(_stack.PopMany(opcode - 0x84));
                break;
            case (byte)'t':
                _stack.Push(_stack.PopMark());
                break;
            case (byte)'l' or 0x91: // LIST, FROZENSET
                var list = new PickleList();
                list.Items.AddRange(_stack.PopMark());
                _stack.Push(list);
                break;
            case (byte)'d':
                var entries = _stack.PopMark();
                _stack.Push(new PickleDict());
                SetItems(entries);
                break;
            case (byte)'a': // APPEND
                Append([_stack.Pop()]);
                break;
            case (byte)'e' or 0x90: // APPENDS, ADDITEMS
                Append(_stack.PopMark());
                break;
            case (byte)'s': // SETITEM, SETITEMS
                SetItems(_stack.PopMany(2));
                break;
            case (byte)'u':
                SetItems(_stack.PopMark());
                break;
            default:
                return false;
        }

        return true;
    }

    private void Append(object?[] values)
    {
        switch (_stack.Peek())
        {
            case PickleList list:
                list.Items.AddRange(values);
                break;
            case not PickleOpaque:
                throw _stack.Misused("a list");
        }
    }

    private void SetItems(object?[] keysAndValues)
    {
        switch (_stack.Peek())
        {
            case PickleDict dict when keysAndValues.Length % 2 == 0:
                for (var i = 0; i < keysAndValues.Length; i += 2)
                {
                    dict.Items.Add(new(keysAndValues[i], keysAndValues[i + 1]));
                }

                break;
            case not PickleOpaque:
                throw _stack.Misused("a dict");
        }
    }

    private void PushGlobal(string module, string name) => _stack.Push(TorchVocabulary.Find(module, name));

    private object? Recall(ulong index) => _memo.TryGetValue(index, out var value) ? value : throw _stack.Misused($"memo {index}");

    private static void CheckProtocol(byte protocol)
    {
        if (protocol is < 2 or > 5)
        {
            throw new InvalidDataException($"its pickle is of protocol {protocol}; 2 to 5 are read");
        }
    }

    private InvalidDataException Unknown(byte opcode) =>
        new($"its pickle has the instruction 0x{opcode:x2} before byte {input.Position}, which is not known; it is damaged or not of torch.save");
}
