namespace FLTS.Forecasting.Trees;

/// <summary>What one ensemble a target is grown on. Safe to call from several threads at once.</summary>
internal interface IExamples : IDisposable
{
    /// <summary>Features of all examples, whatever the target.</summary>
    BinnedRows Rows { get; }

    /// <summary>Those of a part of train whose target was observed.</summary>
    /// <param name="target">Its position among the targets.</param>
    /// <param name="part">Where the row lies that is forecast.</param>
    Examples Of(int target, TrainPart part);

    /// <summary>Trees without a better error on examples held back before growing stops, where so many were asked for.</summary>
    int Patience(int rounds) => rounds;
}
