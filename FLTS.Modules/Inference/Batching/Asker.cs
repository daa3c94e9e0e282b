namespace FLTS.Modules.Inference.Batching;

/// <summary>Who asks for a forecast.</summary>
/// <param name="Client">The same for all that one client asks for.</param>
/// <param name="BringsMore">It asks for others in the same moment: they are computed together.</param>
internal readonly record struct Asker(string Client, bool BringsMore = false);
