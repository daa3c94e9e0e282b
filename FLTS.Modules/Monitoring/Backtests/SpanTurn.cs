using FLTS.Modules.Monitoring.Settings;

namespace FLTS.Modules.Monitoring.Backtests;

/// <summary>Requests whose span is looked for in a whole dataset take turns: clients decide how many come at once.</summary>
internal sealed class SpanTurn(MonitoringOptions options) : BoundedTurns(1, options.MaxUnfinished, () => new TooManyException(
    $"{options.MaxUnfinished} requests wait already for their span to be looked for (Monitoring:MaxUnfinished); try again in a few "
    + "seconds.",
    5));
