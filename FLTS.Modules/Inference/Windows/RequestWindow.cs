namespace FLTS.Modules.Inference.Windows;

/// <summary>What a forecast is computed from, whoever asked in whatever form.</summary>
/// <param name="Window">On the model's scale.</param>
/// <param name="Steps">H, at least 1.</param>
/// <param name="Warnings">Sentences for the answer.</param>
internal sealed record RequestWindow(Window Window, int Steps, IReadOnlyList<string> Warnings);
