using FLTS.Modules.Access;
using FLTS.Modules.Datasets;
using FLTS.Modules.Evaluation;
using FLTS.Modules.Inference;
using FLTS.Modules.Monitoring;
using FLTS.Modules.Page;
using FLTS.Modules.Pipeline;
using FLTS.Modules.Preprocessing;
using FLTS.Modules.Registry;
using FLTS.Modules.Storage;
using FLTS.Modules.Training.Ensemble;
using FLTS.Modules.Training.Gru;
using FLTS.Modules.Training.LightGbm;
using FLTS.Modules.Training.Lstm;
using FLTS.Modules.Training.Prophet;
using FLTS.Modules.Training.References;

namespace FLTS.Modules;

/// <summary>Every module, in flow order. The host registers from it and the architecture tests read their rules from it.</summary>
public static class ModuleCatalog
{
    public static IReadOnlyList<IModule> All { get; } =
    [
        new StorageModule(),
        new RegistryModule(),
        new DatasetsModule(),
        new PreprocessingModule(),
        new GruModule(),
        new LstmModule(),
        new ProphetModule(),
        new LightGbmModule(),
        new ReferencesModule(),
        new EnsembleModule(),
        new EvaluationModule(),
        new InferenceModule(),
        new MonitoringModule(),
        new PipelineModule(),
        new AccessModule(),
        new PageModule(),
    ];

    /// <summary>Modules every other one stands on: always enabled.</summary>
    public static IReadOnlyList<string> Foundations { get; } = ["Storage", "Registry", "Access"];

    /// <summary>Modules whose work no other process has to do where they are left out.</summary>
    public static IReadOnlyList<string> Dispensable { get; } = ["Page"];

    /// <summary>Modules that compute with native libraries; a build for serving alone has none (<c>FltsTrainers=false</c>).</summary>
    public static IReadOnlyList<string> NativeTrainers { get; } = ["Gru", "Lstm", "LightGbm"];

    /// <summary>Modules that settings of before know under the name of another: whoever enables the key enables the value too.</summary>
    public static IReadOnlyDictionary<string, string> Companions { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["Preprocessing"] = "Datasets",
        ["References"] = "Ensemble",
    };
}
