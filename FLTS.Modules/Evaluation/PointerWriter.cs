using System.Text.Json;
using FLTS.Modules.Contracts;
using FLTS.Modules.Registry;
using FLTS.Modules.Storage;

namespace FLTS.Modules.Evaluation;

/// <summary>Pointer files: copies of the ledger for whoever reads the store alone. The ledger is the truth.</summary>
internal sealed class PointerWriter(IObjectStore store, EvaluationStore rows, TimeProvider time) : IPointerRepair
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(30);

    private DateTimeOffset _nextLook;

    public async Task WriteAsync(PromotionPointer pointer, CancellationToken cancellation)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(pointer, RegistryJson.Indented);
        await store.PutAsync(ObjectKeys.PointerHistory(pointer.Identifier, pointer.ConfigHash, pointer.Timestamp), bytes, cancellation);
        FaultPoint.Reach("pointer.history-written");
        await store.PutAsync(ObjectKeys.PointerOfConfig(pointer.Identifier, pointer.ConfigHash), bytes, cancellation);
        FaultPoint.Reach("pointer.config-written");
        await store.PutAsync(ObjectKeys.Pointer(pointer.Identifier), bytes, cancellation);
        FaultPoint.Reach("pointer.current-written");
    }

    public async Task<int> RepairAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (now < _nextLook)
            return 0;

        var repaired = 0;
        foreach (var champion in await rows.ChampionsAsync(cancellation))
        {
            var pointer = JsonSerializer.Deserialize<PromotionPointer>(champion.Pointer, RegistryJson.Options)!;
            if (await IsInPlaceAsync(pointer, cancellation))
                continue;

            await WriteAsync(pointer, cancellation);
            repaired++;
        }

        _nextLook = now + _interval;
        return repaired;
    }

    private async Task<bool> IsInPlaceAsync(PromotionPointer pointer, CancellationToken cancellation)
    {
        var expected = JsonSerializer.SerializeToUtf8Bytes(pointer, RegistryJson.Indented);
        ObjectKey[] keys =
        [
            ObjectKeys.Pointer(pointer.Identifier),
            ObjectKeys.PointerOfConfig(pointer.Identifier, pointer.ConfigHash),
            ObjectKeys.PointerHistory(pointer.Identifier, pointer.ConfigHash, pointer.Timestamp),
        ];
        foreach (var key in keys)
        {
            if (await store.StatAsync(key, cancellation) is not { } found || found.Size != expected.Length)
                return false;

            using var bytes = await store.ReadAllAsync(key, cancellation);
            if (!bytes.ToArray().AsSpan().SequenceEqual(expected))
                return false;
        }

        return true;
    }
}
