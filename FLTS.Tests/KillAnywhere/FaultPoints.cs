namespace FLTS.Tests.KillAnywhere;

/// <summary>The places at which the product can be killed, in the order in which a pipeline, or a backtest, comes by.</summary>
internal static class FaultPoints
{
    /// <summary>Named by the armed half, not by a call in the product.</summary>
    public const string MigrationStatement = "migration.statement-executed";

    /// <summary>By the fourth and last run of the pipeline of the tests: when its members are loaded.</summary>
    public const string OfEnsemble = "train.source-opened";

    /// <summary>Reached only where objects lie in a folder.</summary>
    public const string FolderOnly = "object.written-aside";

    public static IReadOnlyList<string> All =>
    [
        .. OfPipeline, .. OfBacktest, .. OfMeasurements, .. OfSchedule, .. OfFollowing, .. OfRetention, .. OfLive, OfRemoval, OfReset,
        .. OfBaseline, .. OfDecisions,
    ];

    /// <summary>The rows of a dataset are gone, its objects are not.</summary>
    public const string OfRemoval = "dataset.rows-removed";

    /// <summary>The rows of a reset are gone, their objects are not.</summary>
    public const string OfReset = "reset.rows-removed";

    /// <summary>Reached once for every object that lies in a folder.</summary>
    public const string ObjectRemoved = "retention.object-removed";

    /// <summary>Reached only where objects lie in S3, which removes many at once.</summary>
    public const string ObjectsRemoved = "retention.objects-removed";

    /// <summary>The places that a look at what is out of use comes by.</summary>
    public static IReadOnlyList<string> OfRetention { get; } =
    [
        "retention.marked", "retention.taken", ObjectRemoved, ObjectsRemoved, "retention.before-commit", "retention.after-commit",
        "retention.epochs-removed",
    ];

    /// <summary>The places that a backtest comes by.</summary>
    public static IReadOnlyList<string> OfBacktest { get; } =
        ["backtest.posted", "backtest.begun", "backtest.scored", "backtest.logged", "backtest.succeeded"];

    /// <summary>The places that a look at a station's live errors comes by.</summary>
    public static IReadOnlyList<string> OfDecisions { get; } =
        ["drift.noticed", "drift.retrained", "drift.rolled-back"];

    /// <summary>The places at which what is usual for a champion is found.</summary>
    public static IReadOnlyList<string> OfBaseline { get; } = ["baseline.begun", "baseline.succeeded"];

    /// <summary>The places that rows that are sent come by, to the sources of a pipeline.</summary>
    public static IReadOnlyList<string> OfMeasurements { get; } =
    [
        "measurements.before-commit", "measurements.after-commit", "compaction.train-written", "compaction.before-commit",
        "compaction.after-commit",
    ];

    /// <summary>The places that a turn of live scoring comes by: the roles first, then what was found.</summary>
    public static IReadOnlyList<string> OfLive { get; } =
    [
        "live.roles-before-commit", "live.roles-after-commit", "live.rows-removed", "live.before-commit", "live.after-commit",
    ];

    /// <summary>The places that a fire of a schedule comes by, beside those of the pipeline that it posts.</summary>
    public static IReadOnlyList<string> OfSchedule { get; } = ["schedule.due-written", "schedule.asked-for", "schedule.ended"];

    /// <summary>The places that a followed file comes by, beside those of the log.</summary>
    public static IReadOnlyList<string> OfFollowing { get; } = ["follow.rows-taken", "follow.place-written"];

    public static IReadOnlyList<string> OfPipeline { get; } =
    [
        "migration.before",
        MigrationStatement,
        "migration.after",
        FolderOnly,
        "source.object-written",
        "pipeline.before-commit",
        "pipeline.after-commit",
        "preprocess.begun",
        "preprocess.train-written",
        "preprocess.test-written",
        "preprocess.meta-written",
        "preprocess.before-ready",
        "preprocess.after-ready",
        "preprocess.first-event-sent",
        "train.begun",
        "train.source-opened",
        "train.epoch",
        "train.fitted",
        "stage.files-written",
        "stage.manifest-written",
        "train.recorded",
        "upload.file-written",
        "upload.before-manifest",
        "upload.manifest-written",
        "run.before-commit",
        "run.after-commit",
        "run.staging-removed",
        "run.event-sent",
        "evaluate.begun",
        "evaluate.attempt-opened",
        "evaluate.candidate-verified",
        "evaluate.scored",
        "promotion.board-written",
        "promotion.champion-written",
        "promotion.before-commit",
        "promotion.after-commit",
        "pointer.history-written",
        "pointer.config-written",
        "pointer.current-written",
        "promotion.event-sent",
        "serve.before-load",
        "serve.loaded",
        "serve.swapped",
    ];

    /// <summary>
    /// The n-th time a place is reached where the first is not the interesting one: in the middle of a migration, of an
    /// upload, of several candidates, of the run that is made of the others.
    /// </summary>
    public static int Times(string point) => point switch
    {
        MigrationStatement => 7,
        FolderOnly => 4,
        "upload.file-written" => 2,
        OfEnsemble => 4,
        "stage.files-written" => 4,
        "run.before-commit" => 4,
        "evaluate.candidate-verified" => 2,
        _ => 1,
    };
}
