using System.Globalization;

namespace FLTS.Modules.Training;

/// <summary>
/// Local folders where a run's files wait for upload: <c>staging/run_id/attempt/</c>. Complete once the manifest is there.
/// </summary>
internal sealed class Staging(string dataDirectory)
{
    private readonly string _root = Path.Combine(dataDirectory, "staging");

    /// <summary>Folder of an attempt.</summary>
    public string Folder(RunId runId, int attempt) => Path.Combine(_root, runId.Value, attempt.ToString(CultureInfo.InvariantCulture));

    /// <summary>Where a training keeps its checkpoint between attempts.</summary>
    public string CheckpointPath(RunId runId) => Path.Combine(_root, runId.Value, "checkpoint.bin");

    /// <summary>True when all files of the attempt are there: the manifest is written last.</summary>
    public bool IsComplete(RunId runId, int attempt) => File.Exists(Path.Combine(Folder(runId, attempt), "manifest.json"));

    /// <summary>An empty folder for the attempt.</summary>
    public string Prepare(RunId runId, int attempt)
    {
        var folder = Folder(runId, attempt);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);

        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <summary>Removes everything of a run.</summary>
    public void Remove(RunId runId)
    {
        try
        {
            Directory.Delete(Path.Combine(_root, runId.Value), recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // There was nothing, or somebody else removed it first.
        }
    }

    /// <summary>Runs that have files here.</summary>
    public IReadOnlyList<RunId> RunIds() =>
        Directory.Exists(_root) ? [.. Directory.GetDirectories(_root).Select(d => RunId.From(Path.GetFileName(d)))] : [];
}
