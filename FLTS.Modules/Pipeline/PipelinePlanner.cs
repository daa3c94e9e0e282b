using System.Text.Json.Nodes;
using FLTS.Forecasting.Ensemble;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Registry.Datasets;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Runs;
using Microsoft.Extensions.Configuration;

namespace FLTS.Modules.Pipeline;

/// <summary>Turns a request into a plan: resolves the sources, completes and checks every option, takes the hashes.</summary>
internal sealed class PipelinePlanner(
    CompactedSources sources, SourceSizes sizes, IConfiguration configuration, PipelineOptions options, LimitsOptions limits)
{
    /// <summary>
    /// Section with default hyperparameters by model type; read here, so that a process without trainers plans the same runs.
    /// </summary>
    public const string ModelsSection = "Models";

    /// <summary>What a new pipeline means where nobody says otherwise; a stored one that does not say it means what it did.</summary>
    private static readonly JsonObject _today = new() { ["decision"] = SnakeCase.Of(DecisionRule.Bands) };

    /// <exception cref="NotFoundException">No such dataset.</exception>
    /// <exception cref="InvalidInputException">An option is unknown or out of range, or asks for more than the limits allow.</exception>
    public async Task<PipelinePlan> PlanAsync(PipelineRequest request, CancellationToken cancellation)
    {
        var types = (request.ModelTypes ?? options.ExpectedModelTypes).Select(ForecasterCatalog.Get).ToList();
        if (types.GroupBy(t => t.ModelType).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new InvalidInputException($"'model_types' lists {twice.Key} twice; each type is trained once.");

        if (types is [{ ModelType: EnsembleFamily.Type }])
        {
            throw new InvalidInputException(
                $"'model_types' lists {EnsembleFamily.Type} alone, which is made of the pipeline's other models: list at least one more, "
                + $"for example [\"GRU\", \"{EnsembleFamily.Type}\"].");
        }

        if (request.Training.Select(p => p.Key).FirstOrDefault(k => types.All(t => t.ModelType != k)) is { } stranger)
        {
            var trained = string.Join(", ", types.Select(t => t.ModelType));
            throw new InvalidInputException($"'training' has options for '{stranger}', which is not trained; model_types are {trained}.");
        }

        var training = StrictJson.Of(request.Training, "field", "training.");
        var runs = types.Select(t => PlanRun(t, training.Document(t.ModelType))).ToList();
        var policy = EvaluationPolicy.Parse(_today, ConfigurationJson.Read(configuration, "Evaluation"), request.Evaluation);
        var identifier = request.Identifier ?? Identifier.From(request.Dataset.Value);
        var defaults = ConfigurationJson.Read(configuration, "Preprocessing");
        var given = Merge((JsonObject)defaults.DeepClone(), request.Preprocessing);
        var found = await sources.ResolveAsync(request.Dataset, given, cancellation);
        var config = PreprocessConfigParser.Parse(
            identifier.Value,
            found.TrainSha256,
            found.TestSha256,
            defaults,
            found.Options.Preprocessing(),
            request.Preprocessing);

        await RefuseTooLargeAsync(runs, config, policy, cancellation);
        return new PipelinePlan(
            new PlannedData(
                request.Dataset,
                identifier,
                ConfigHash.From(config.ConfigHash),
                CanonicalJson.Serialize(config.ToJson()),
                request.ForceReprocess),
            runs,
            policy,
            request.ForceRetrain);
    }

    /// <summary>What is certain to end in the middle is refused before it begins; the worker knows the data, and looks again.</summary>
    private async Task RefuseTooLargeAsync(
        List<PlannedRun> runs, PreprocessConfig config, EvaluationPolicy policy, CancellationToken cancellation)
    {
        var (train, testRows) = await sizes.AtLeastAsync(config, limits.MostCells, cancellation);
        var models = runs.ConvertAll(r => (Type: r.ModelType, Hyperparameters: JsonNode.Parse(r.Params)!.AsObject()));

        // An ENSEMBLE asks all the others once more.
        var scored = runs.Any(r => ForecasterCatalog.IsEnsemble(r.ModelType)) ? [.. models, .. models] : models;
        foreach (var (type, hyperparameters) in models)
        {
            ForecasterCatalog.Get(type)
                .Estimate(hyperparameters, train)
                .Refuse($"A fit of {type}", limits.MemoryBytes, limits.CpuSeconds);
        }

        EvaluationSize.Of(testRows, policy.EvaluationHorizon, train, scored)
            .Refuse("The evaluation", limits.MemoryBytes, limits.CpuSeconds);
    }

    private PlannedRun PlanRun(IForecasterFamily family, JsonObject overrides)
    {
        var defaults = ConfigurationJson.Read(configuration, $"{ModelsSection}:{family.ModelType}");
        var complete = family.Normalise(Merge(defaults, overrides));
        return new PlannedRun(family.ModelType, CanonicalJson.Serialize(complete), ParamsHash.From(CanonicalJson.Hash(complete)));
    }

    /// <summary>Overrides replace defaults member by member; objects are merged.</summary>
    private static JsonObject Merge(JsonObject defaults, JsonObject overrides)
    {
        foreach (var (name, value) in overrides)
        {
            defaults[name] = defaults[name] is JsonObject inner && value is JsonObject more
                ? Merge((JsonObject)inner.DeepClone(), more)
                : value?.DeepClone();
        }

        return defaults;
    }
}
