using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace FLTS.Tests.TestKit;

/// <summary>Every log line with the name of its event.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string? Event, string Text)> _lines = new();

    public IReadOnlyCollection<string> Texts => [.. _lines.Select(l => l.Text)];

    /// <summary>Texts of warnings and errors.</summary>
    public IReadOnlyCollection<string> Warnings => [.. _lines.Where(l => l.Level >= LogLevel.Warning).Select(l => l.Text)];

    public int Count(string eventName) => _lines.Count(l => l.Event == eventName);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((logLevel, eventId.Name, $"{formatter(state, exception)} {exception}"));

    public void Dispose()
    {
        // Nothing is held.
    }
}
