using System.Data.Common;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace FLTS.Tests.Registry;

/// <summary>A command as EF sent it to PostgreSQL.</summary>
internal sealed record CapturedCommand(string ConnectionString, string Text, IReadOnlyList<NpgsqlParameter> Parameters)
{
    /// <summary>The plan that PostgreSQL makes for it, a line a node.</summary>
    public async Task<string> ExplainAsync()
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();

        // The default assumes disks that turn; where pages cost alike, a plan without an index means that there is none to use.
        await using (var ssd = new NpgsqlCommand("SET random_page_cost = 1.1", connection))
            await ssd.ExecuteNonQueryAsync();

        await using var command = new NpgsqlCommand($"EXPLAIN (ANALYZE, BUFFERS) {Text}", connection);
        foreach (var parameter in Parameters)
            command.Parameters.Add(parameter.Clone());
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync())
            lines.Add(reader.GetString(0));
        return string.Join('\n', lines);
    }
}

/// <summary>What this flow of calls sends to the database while the capture lives, and how long the flow took.</summary>
internal sealed class CommandCapture : IDisposable, IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    private static readonly AsyncLocal<CommandCapture?> _current = new();

    private readonly List<CapturedCommand> _commands = [];
    private readonly List<IDisposable> _subscriptions = [];
    private readonly string _connectionString;
    private readonly long _start = Stopwatch.GetTimestamp();

    public CommandCapture(string connectionString)
    {
        _connectionString = connectionString;
        _current.Value = this;
        _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));
    }

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    public IReadOnlyList<CapturedCommand> Commands => _commands;

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == "Microsoft.EntityFrameworkCore")
            _subscriptions.Add(value.Subscribe(this, name => name == RelationalEventId.CommandExecuting.Name));
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        // Other tests run beside this one: theirs is another flow.
        if (_current.Value == this && value.Value is CommandEventData { Command: { } command })
            _commands.Add(new CapturedCommand(_connectionString, command.CommandText, [.. command.Parameters.Cast<DbParameter>()
                .OfType<NpgsqlParameter>()
                .Select(p => p.Clone())]));
    }

    public void OnCompleted()
    {
        // A listener that ends has nothing more to say.
    }

    public void OnError(Exception error)
    {
        // Diagnostic listeners do not fail.
    }

    public void Dispose()
    {
        _current.Value = null;
        foreach (var subscription in _subscriptions)
            subscription.Dispose();
    }
}
