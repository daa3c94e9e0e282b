namespace FLTS.Forecasting.Live;

/// <summary>What an hour (a bucket, FORECASTING.md 9) says of a model beside another one, on the same cells.</summary>
/// <param name="At">Begin of the hour.</param>
/// <param name="IsScored">At least half of its cells are matched; one that is not says nothing.</param>
/// <param name="Champion">Mean absolute error of the champion at lead 1, scaled.</param>
/// <param name="Other">That of the other: EWMA where drift is told, the version before where rollback is.</param>
/// <param name="Matched">Cells whose truth is known.</param>
/// <param name="Hits">Those of them inside the champion's fixed interval of 80 %; null: it has none.</param>
public readonly record struct LiveHour(DateTime At, bool IsScored, double Champion, double Other, long Matched = 0, long? Hits = null);
