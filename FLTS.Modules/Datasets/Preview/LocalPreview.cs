using FLTS.Modules.Registry.Sources;

namespace FLTS.Modules.Datasets.Preview;

/// <summary>A file on this machine, looked at whole and without a server: what <c>dataset check</c> prints.</summary>
public static class LocalPreview
{
    /// <param name="path">A CSV, or gzip of one.</param>
    /// <param name="options">Names and values, as an address holds them.</param>
    /// <exception cref="InvalidInputException">There is no such file, or an option is none.</exception>
    public static FilePreview Of(string path, IEnumerable<(string Name, string Text)> options) => File.Exists(path)
        ? FilePreviewer.Look(PreviewFile.OfPath(path), OptionText.Read(options), new DatasetOptions(), default)
        : throw new InvalidInputException($"There is no file '{path}'.");
}
