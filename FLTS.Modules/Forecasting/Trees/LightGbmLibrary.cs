using System.Runtime.InteropServices;

namespace FLTS.Forecasting.Trees;

/// <summary>
/// LightGBM's C interface (LightGBM/c_api.h), as much of it as growing trees needs. The native library is needed here and nowhere else.
/// It computes on the calling thread alone: which threads there are is not its to decide.
/// </summary>
internal static unsafe partial class LightGbmLibrary
{
    /// <summary>Of matrices and fields: 32-bit numbers with a point.</summary>
    public const int Float32 = 0;

    private const string Library = "lib_lightgbm";

    /// <summary>Loads the library; loaded once, it stays.</summary>
    /// <exception cref="InvalidInputException">It cannot be loaded; says what is missing.</exception>
    public static void Require()
    {
        try
        {
            Check(SetMaxThreads(1));
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            // The loader names every place it looked at; what helps is whether the library itself or only OpenMP is missing.
            var reason = e.Message.Contains("libgomp", StringComparison.Ordinal)
                ? "the OpenMP runtime libgomp.so.1 is missing (Debian and Ubuntu: apt-get install libgomp1)"
                : "it exists for Linux x64 (with glibc and libgomp1), Windows x64 and macOS x64";
            throw new InvalidInputException(
                $"{TreeHyperparameters.ModelType} cannot train here, its native library {Library} does not load: {reason}. "
                + "Models that are trained already are served without it.",
                e);
        }
    }

    /// <param name="result">Of any function below.</param>
    /// <exception cref="InvalidOperationException">It failed; LightGBM's words.</exception>
    public static void Check(int result)
    {
        if (result != 0)
            throw new InvalidOperationException($"LightGBM: {Marshal.PtrToStringUTF8(GetLastError())}");
    }

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetCreateFromSampledColumn", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int DatasetCreateFromSampledColumn(
        nint* values, nint* places, int columns, int* counts, int sampled, int rows, long rowsOfAll, string parameters,
        out DatasetHandle dataset);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetPushRows")]
    public static partial int DatasetPushRows(DatasetHandle dataset, float* values, int type, int rows, int columns, int start);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetAddFeaturesFrom")]
    public static partial int DatasetAddFeaturesFrom(DatasetHandle target, DatasetHandle source);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetGetSubset", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int DatasetGetSubset(DatasetHandle dataset, int* rows, int count, string parameters, out DatasetHandle subset);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetSetField", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int DatasetSetField(DatasetHandle dataset, string field, float* values, int count, int type);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterCreate", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int BoosterCreate(DatasetHandle dataset, string parameters, out BoosterHandle booster);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterAddValidData")]
    public static partial int BoosterAddValidData(BoosterHandle booster, DatasetHandle dataset);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterUpdateOneIter")]
    public static partial int BoosterUpdateOneIter(BoosterHandle booster, out int finished);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterGetPredict")]
    public static partial int BoosterGetPredict(BoosterHandle booster, int dataset, out long count, double* into);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterSaveModelToString")]
    public static partial int BoosterSaveModelToString(
        BoosterHandle booster, int first, int count, int importance, long room, out long length, byte* into);

    [LibraryImport(Library, EntryPoint = "LGBM_SetMaxThreads")]
    private static partial int SetMaxThreads(int threads);

    [LibraryImport(Library, EntryPoint = "LGBM_GetLastError")]
    private static partial nint GetLastError();

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetFree")]
    private static partial int DatasetFree(nint dataset);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterFree")]
    private static partial int BoosterFree(nint booster);

    /// <summary>Rows in bins.</summary>
    public sealed class DatasetHandle() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle() => DatasetFree(handle) == 0;
    }

    /// <summary>Trees while they grow.</summary>
    public sealed class BoosterHandle() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle() => BoosterFree(handle) == 0;
    }
}
