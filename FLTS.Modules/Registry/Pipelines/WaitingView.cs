namespace FLTS.Modules.Registry.Pipelines;

/// <summary>
/// What a pipeline waits for, in words that follow "waiting for"; <paramref name="NextTry"/> is null while nothing went wrong.
/// </summary>
internal sealed record WaitingView(string Reason, DateTimeOffset? Since, DateTimeOffset? NextTry);
