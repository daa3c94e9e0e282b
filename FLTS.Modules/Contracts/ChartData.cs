namespace FLTS.Modules.Contracts;

/// <summary>Measured values, for whoever draws them before a script has asked for them.</summary>
internal interface IMeasuredValues
{
    /// <summary>As <c>GET /datasets/{name}/series</c> answers it of one column.</summary>
    /// <param name="name">Of the dataset.</param>
    /// <param name="column">One of its numeric ones.</param>
    /// <param name="from">First time, as it would stand in the address; null: the dataset's.</param>
    /// <param name="points">At most.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="FltsException">As the address answers it.</exception>
    Task<ReducedSeries> OfAsync(DatasetName name, string column, string? from, int points, CancellationToken cancellation);
}

/// <summary>What a champion forecasts of a column, likewise.</summary>
internal interface INextSteps
{
    /// <summary>As <c>GET /predict/{identifier}</c> answers it; none where the champion does not forecast the column.</summary>
    /// <param name="identifier">Whose champion.</param>
    /// <param name="column">One of its targets.</param>
    /// <param name="steps">How far.</param>
    /// <param name="level">Of the band, in percent.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="FltsException">As the address answers it.</exception>
    Task<IReadOnlyList<NextStep>> OfAsync(
        Identifier identifier, string column, int steps, double level, CancellationToken cancellation);
}

/// <summary>A step of a forecast.</summary>
/// <param name="At">On the dataset's own clock.</param>
/// <param name="Value">In original units.</param>
/// <param name="Low">Of the band; null where there is none.</param>
/// <param name="High">The same.</param>
internal readonly record struct NextStep(DateTime At, double Value, double? Low, double? High);
