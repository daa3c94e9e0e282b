using FLTS.Forecasting.Ensemble;
using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Registry.Artifacts;

namespace FLTS.Modules.Training;

/// <summary>The models that an ENSEMBLE may be made of, loaded; they go with this.</summary>
internal sealed class OpenMembers : IDisposable
{
    private readonly List<(LoadedModel Model, ManifestMember Named, ValidationForecasts? Forecasts)> _members = [];
    private readonly List<string> _leftOut = [];

    /// <summary>A model that may become a member; this disposes it.</summary>
    public void Add(LoadedModel model, string manifestSha256, ValidationForecasts? forecasts)
    {
        var manifest = model.Manifest;
        _members.Add((model, new ManifestMember(manifest.RunId, manifest.Attempt, manifest.ModelType, manifestSha256), forecasts));
    }

    /// <summary>A run that has no model, and why.</summary>
    public void LeaveOut(string reason) => _leftOut.Add(reason);

    /// <exception cref="InvalidInputException">There is none.</exception>
    public void RequireSome()
    {
        if (_members.Count == 0)
        {
            throw new InvalidInputException(
                $"{EnsembleFamily.Type} is made of the other models of its pipeline, and none of them is there: "
                + string.Join("; ", _leftOut));
        }
    }

    /// <summary>Makes it of them and of the references; a run of a reference's type takes the place of that.</summary>
    public FittedRun Fit(PreparedDataset dataset, FitContext context)
    {
        var references = ForecasterCatalog.Ensemble.References
            .Where(f => _members.TrueForAll(m => m.Named.ModelType != f.ModelType))
            .ToList();
        var made = EnsembleFit.Of(
            dataset,
            _members.ConvertAll(m => new RunModel(m.Model.Forecaster, m.Forecasts)),
            references,
            context with { MostOperations = FitContext.Unasked });
        return new FittedRun(
            made.Fit with { Warnings = [.. LeftOut(made.Fit).Select(reason => $"left out: {reason}")] },
            made.Residuals,
            [.. made.Members.Select(i => _members[i].Named)]);
    }

    /// <summary>Runs that have no model, and those whose model cannot be used.</summary>
    private IEnumerable<string> LeftOut(FitResult fit) => _leftOut.Concat(
        from member in _members
        let why = fit.Diagnostics?["left_out"]?[member.Named.ModelType]
        where why is not null
        select $"{member.Named.ModelType} run {member.Named.RunId}: {why}");

    public void Dispose() => _members.ForEach(m => m.Model.Dispose());
}
