namespace FLTS.Modules.Registry.Attempts;

/// <summary>A champion that is to be put in force.</summary>
/// <param name="Pointer">What the pointer files will hold; its version decides between promotions at the same moment.</param>
/// <param name="Sequence">Of the pipeline that won; never below the one of the champion before.</param>
internal sealed record NewChampion(PromotionPointer Pointer, long Sequence);
