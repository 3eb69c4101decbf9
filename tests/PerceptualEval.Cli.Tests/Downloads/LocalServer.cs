using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PerceptualEval.Cli.Tests.Downloads;

/// <summary>An HTTP server on this machine that answers as a test tells it, byte for byte, also against the protocol.</summary>
internal sealed class LocalServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<Request> _requests = [];
    private readonly Func<Request, Reply> _answer;

    public LocalServer(Func<Request, Reply> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = AcceptAsync();
    }

    public IReadOnlyList<Request> Requests => [.. _requests];

    public Uri Url(string path = "file") => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/{path}");

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = AnswerAsync(client);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        try
        {
            using var connection = client;
            await using var stream = connection.GetStream();
            using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
            var path = (await reader.ReadLineAsync(_stop.Token))!.Split(' ')[1];
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } line)
            {
                headers[line[..line.IndexOf(':')]] = line[(line.IndexOf(':') + 1)..].Trim();
            }

            var request = new Request(path, headers, _requests.Count);
            _requests.Enqueue(request);
            await WriteAsync(stream, _answer(request));
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or SocketException)
        {
        }
    }

    private async Task WriteAsync(NetworkStream stream, Reply reply)
    {
        var head = new StringBuilder($"HTTP/1.1 {reply.Status} x\r\nConnection: close\r\nContent-Length: {reply.Length ?? reply.Body.Length}\r\n");
        foreach (var header in reply.Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{header}\r\n");
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(head + "\r\n"), _stop.Token);
        await stream.WriteAsync(reply.Body, _stop.Token);
        await stream.FlushAsync(_stop.Token);
        if (reply.ThenSilent)
        {
            await Task.Delay(Timeout.Infinite, _stop.Token);
        }
    }

    /// <summary>What was asked for, and as which request in a row.</summary>
    internal sealed record Request(string Path, IReadOnlyDictionary<string, string> Headers, int Index)
    {
        public string? this[string header] => Headers.GetValueOrDefault(header);
    }

    /// <summary>What to answer; a length where the head is to announce another one than the body has.</summary>
    internal sealed record Reply(int Status, byte[] Body, params string[] Headers)
    {
        public int? Length { get; init; }

        public bool ThenSilent { get; init; }

        public static Reply Of(int status, params string[] headers) => new(status, [], headers);

        /// <summary>The whole content, or the rest that was asked for; cut after so many bytes of the body.</summary>
        public static Reply File(Request request, byte[] content, string tag = "\"v1\"", int cutAfter = int.MaxValue, bool silent = false)
        {
            var from = request["Range"] is { } range && request["If-Range"] == tag ? int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture) : 0;
            if (from > 0 && from >= content.Length)
            {
                return Of(416, $"Content-Range: bytes */{content.Length}");
            }

            var body = content[from..];
            string[] headers = from == 0 ? [$"ETag: {tag}"] : [$"ETag: {tag}", $"Content-Range: bytes {from}-{content.Length - 1}/{content.Length}"];
            return new Reply(from == 0 ? 200 : 206, body[..Math.Min(cutAfter, body.Length)], headers) { Length = body.Length, ThenSilent = silent };
        }
    }
}
