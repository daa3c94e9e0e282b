using FLTS.Forecasting.Compute;

namespace FLTS.Forecasting.Trees;

/// <summary>Grows the ensembles of all leads and targets, one beside the other where a core is free. How many are at work changes no
/// number: each is grown by one thread, from its own seed.</summary>
/// <param name="parameters">Of the trees.</param>
/// <param name="data">Train.</param>
/// <param name="grower">Grows one.</param>
/// <param name="context">Threads, progress, cancellation.</param>
internal sealed class SideBySide(TreeHyperparameters parameters, TrainingSet data, TreeGrower grower, FitContext context)
{
    private readonly bool _refits = parameters.RefitOnAll && data.ValidationStart < data.Series.Rows;

    /// <summary>Whether as many trees are grown again on all of train.</summary>
    public bool Refits => _refits;

    /// <param name="leads">L.</param>
    /// <param name="examplesOf">Of a lead; asked once, when they are wanted, and disposed when nobody needs them any more.</param>
    /// <param name="fewest">Trees of an ensemble that are kept whatever the validation error.</param>
    /// <returns>[L, M] Null: a target that is flat, has no example to learn from, or is forecast better without trees.</returns>
    public GrownTrees?[,] Grow(int leads, Func<int, IExamples> examplesOf, int fewest)
    {
        var targets = data.Series.Targets;
        var grown = new GrownTrees?[leads, targets.Count];
        var examples = Enumerable.Range(0, leads).Select(lead => new Lazy<IExamples>(() => examplesOf(lead))).ToArray();
        var left = Enumerable.Repeat(targets.Count, leads).ToArray();
        var done = 0;
        try
        {
            new Parallelism(context.Threads, context.Cancellation).For(grown.Length, item =>
            {
                var (lead, target) = (item / targets.Count, item % targets.Count);
                if (!data.Series.FlatTargets.Contains(targets[target]))
                    grown[lead, target] = GrowOne(examples[lead].Value, target, fewest);
                if (Interlocked.Decrement(ref left[lead]) == 0 && examples[lead].IsValueCreated)
                    examples[lead].Value.Dispose();
                lock (left)
                {
                    if (++done < grown.Length)
                        context.Progress?.Report(new FitProgress(done, grown.Length, null));
                }
            });
        }
        finally
        {
            foreach (var made in examples.Where(e => e.IsValueCreated))
                made.Value.Dispose();
        }

        return grown;
    }

    private GrownTrees? GrowOne(IExamples examples, int target, int fewest)
    {
        var (fit, check) = (examples.Of(target, TrainPart.Fit), examples.Of(target, TrainPart.Check));
        if (fit.Labels.Length == 0)
            return null;
        var selected = check.Labels.Length == 0
            ? grower.Grow(examples.Rows, fit, parameters.NumIterations, context.Cancellation)
            : grower.Select(
                examples.Rows, fit, check, (fewest, examples.Patience(parameters.EarlyStoppingRounds)), context.Cancellation);
        return selected is null ? null : new GrownTrees(
            selected,
            _refits && selected.Trees.Count > 0
                ? grower.Grow(examples.Rows, examples.Of(target, TrainPart.All), selected.Trees.Count, context.Cancellation)
                : selected,
            check.Labels.Length > 0);
    }
}
