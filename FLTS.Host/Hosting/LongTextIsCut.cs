using Serilog.Core;
using Serilog.Events;

namespace FLTS.Host.Hosting;

/// <summary>A line of the log is no place for megabytes that somebody sent.</summary>
internal sealed class LongTextIsCut : ILogEventEnricher
{
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        foreach (var (name, value) in logEvent.Properties.ToList())
        {
            if (value is ScalarValue { Value: string { Length: > Sentence.Longest } text })
                logEvent.AddOrUpdateProperty(new LogEventProperty(name, new ScalarValue(Sentence.Of(text))));
        }
    }
}
